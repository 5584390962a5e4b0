"""Customers as clients see them."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.customers.answers import BalancesAnswer, CustomerAnswer, TotalsAnswer
from api.entities import values_of
from commands.customers.ports import KnownCustomer
from domain.customers import Customer, Standing, Totals
from projections.base import Row


def show_customer(known: KnownCustomer) -> CustomerAnswer:
    """A customer as they are."""
    return _show(values_of(known.customer), known.customer.values["consents"], known.standing)


def show_past(customer: Customer, standing: Standing) -> CustomerAnswer:
    """A customer as they were known then; what they had bought and owed by then is not kept."""
    answer = _show(values_of(customer), customer.values["consents"], standing)
    answer.totals = answer.balances = None
    return answer


def show_row(row: Row, standing: Standing) -> CustomerAnswer:
    """A customer as a list has them."""
    return _show(row, row["consents"].values(), standing)


def _show(values: Mapping[str, Any], consents: Iterable[Any], standing: Standing) -> CustomerAnswer:
    answers = sorted(map(_consent, consents), key=lambda one: one["purpose"])
    return CustomerAnswer.of(
        {
            **values,
            "consents": answers,
            "erased_at": standing.erased_at,
            "merged_into": standing.merged_into,
            "totals": show_totals(standing.totals),
            "balances": BalancesAnswer.of(standing),
        }
    )


def show_totals(totals: Totals) -> TotalsAnswer:
    """What they bought."""
    return TotalsAnswer.of(totals)


def _consent(consent: Any) -> Mapping[str, Any]:
    """A consent, whether it is a row's or a customer's."""
    return consent if isinstance(consent, Mapping) else vars(consent)
