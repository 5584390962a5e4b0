"""Groups of customers: regulars, staff, trade … whom a shop treats alike."""

from domain.settings import Setting


class CustomerGroup(Setting):
    """Customers of one kind; a customer may belong to several groups."""

    type_name = "customer_groups.CustomerGroup"
    kind = "customer-groups"
    noun = "customer group"

    class Registered(Setting.Registered):
        """A group was formed."""

        name: str

    class Renamed(Setting.Revised):
        """The group goes by another name."""

        name: str
