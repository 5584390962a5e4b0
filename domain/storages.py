"""Storages: where goods lie, in a store's back room or in a warehouse."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from domain.private import texts
from domain.settings import Reference, Setting

_ADDRESS = texts("address")


class Storage(Setting):
    """A place that holds stock; without a store it is a warehouse. Its address is sealed with its own key."""

    type_name = "storages.Storage"
    kind = "storages"
    noun = "storage"
    parent = "store_id"
    store_field = "store_id"
    references = (Reference("store_id", "stores"),)

    class Registered(Setting.Registered):
        """A storage was set up."""

        name: str
        code: str
        store_id: UUID | None = None
        address: str | None = None
        allow_negative: bool = False

        subject_kind = "storage"
        private: ClassVar[Mapping[str, Any]] = _ADDRESS

    class Renamed(Setting.Revised):
        """The storage goes by another name."""

        name: str

    class Recoded(Setting.Revised):
        """The storage has another short code."""

        code: str

    class Relocated(Setting.Revised):
        """The storage stands elsewhere, or serves another store."""

        store_id: UUID | None
        address: str | None

        subject_kind = "storage"
        private: ClassVar[Mapping[str, Any]] = _ADDRESS

    class Policed(Setting.Revised):
        """The storage may, or may no longer, go below zero."""

        allow_negative: bool
