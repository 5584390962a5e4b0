"""Registers: the tills of a store."""

from uuid import UUID

from domain.settings import Reference, Setting


class Register(Setting):
    """One till; it numbers its own sales without a gap."""

    type_name = "registers.Register"
    kind = "registers"
    noun = "register"
    scope = "store_id"
    parent = "store_id"
    store_field = "store_id"
    references = (Reference("store_id", "stores"),)

    class Registered(Setting.Registered):
        """A till was set up in a store."""

        name: str
        code: str
        store_id: UUID
        has_drawer: bool = True

    class Renamed(Setting.Revised):
        """The till goes by another name."""

        name: str

    class Recoded(Setting.Revised):
        """The till has another short code, which later order numbers carry."""

        code: str

    class Equipped(Setting.Revised):
        """The till was given a drawer for cash, or lost it."""

        has_drawer: bool
