"""What a till shows of a customer: little, as it is read over the shoulder."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from api.answers import Answer, Id, Meaning, Money, OwnId, Version
from domain.customers import Standing
from domain.phones import ending_of


class GroupNameAnswer(Answer):
    """A group by its name."""

    id: Annotated[Id, Meaning("The group.")]
    name: Annotated[str, Meaning("What it is called.", "Regulars")]


class PosCustomerAnswer(Answer):
    """A customer at a till."""

    id: OwnId
    name: Annotated[str, Meaning("What they are called.", "Ada Lovelace")]
    phone_ending: Annotated[str | None, Meaning("The last four digits of their telephone number.", "0100")]
    groups: Annotated[list[GroupNameAnswer], Meaning("The groups they belong to.", [])]
    store_credit: Annotated[Money, Meaning("What they have to their credit.", 0)]
    version: Version


def show_at_till(
    customer: Mapping[str, Any], standing: Standing, groups: Iterable[Mapping[str, Any]] = ()
) -> PosCustomerAnswer:
    """A customer, and of these groups those that they belong to."""
    return PosCustomerAnswer(
        id=customer["id"],
        name=customer["name"],
        phone_ending=ending_of(customer["phone"]),
        groups=[GroupNameAnswer.of(group) for group in groups if group["id"] in customer["group_ids"]],
        store_credit=standing.store_credit,
        version=customer["version"],
    )
