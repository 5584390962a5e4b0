"""Stores: the places where a company sells."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from domain.errors import Conflict
from domain.private import texts
from domain.settings import Reference, Setting

#: How a store is reached: a person, where somebody sells at home.
_CONTACT = texts("address", "phone")


class StoreClosed(Conflict):
    """The store is closed; nothing is sold in it until it reopens."""

    code = "store_inactive"
    remedy = "Activate the store again, or sell in another."


class Store(Setting):
    """A shop with its own clock: `timezone` and `day_cut` decide to which business date a sale belongs.

    How it is reached is sealed with a key of its own.
    """

    type_name = "stores.Store"
    kind = "stores"
    noun = "store"
    references = (Reference("default_storage_id", "storages"), Reference("tax_rate_ids", "tax-rates"))
    store_field = "id"
    inherited = ("timezone", "currency")
    common = ("currency",)

    class Registered(Setting.Registered):
        """A store was opened. `day_cut` is the local time, HH:MM, at which a business day begins.

        `tax_rate_ids` are the taxes on products that have none of their own.
        """

        name: str
        code: str
        timezone: str
        day_cut: str
        currency: str
        address: str | None = None
        phone: str | None = None
        receipt_header: str | None = None
        receipt_footer: str | None = None
        default_storage_id: UUID | None = None
        tax_rate_ids: tuple[UUID, ...] = ()

        class_version = 2
        subject_kind = "store"
        private: ClassVar[Mapping[str, Any]] = _CONTACT

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """At first only products had tax rates."""
            state["tax_rate_ids"] = []

    class Renamed(Setting.Revised):
        """The store goes by another name."""

        name: str

    class Recoded(Setting.Revised):
        """The store has another short code, which later order numbers carry."""

        code: str

    class Relocated(Setting.Revised):
        """The store is found or called elsewhere."""

        address: str | None
        phone: str | None

        subject_kind = "store"
        private: ClassVar[Mapping[str, Any]] = _CONTACT

    class Rescheduled(Setting.Revised):
        """The store's day runs by another clock; sales already made keep their business date."""

        timezone: str
        day_cut: str

    class ReceiptReworded(Setting.Revised):
        """Receipts carry other texts."""

        receipt_header: str | None
        receipt_footer: str | None

    class StorageAssigned(Setting.Revised):
        """Sales take their goods from another storage."""

        default_storage_id: UUID | None

    class Retaxed(Setting.Revised):
        """Other tax rates apply to later sales of what has none of its own."""

        tax_rate_ids: tuple[UUID, ...]

    class Closed(Setting.Switched):
        """The store sells nothing until it reopens; its history stays."""

        is_active = False

    class Reopened(Setting.Switched):
        """The store sells again."""

        is_active = True
