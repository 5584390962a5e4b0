"""What a receipt takes of others than the order: who sells where, and what methods are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from api.receipt_addresses import ReceiptAddresses
from api.receipts.answers import ReceiptCompanyAnswer, ReceiptStoreAnswer
from api.services import Reading
from commands.ports import Missing
from domain.customers import Customer
from domain.entities import Entity
from domain.payments import CASH
from domain.registers import Register
from domain.stores import Store
from domain.users import User
from projections.companies import find_company
from projections.payment_methods import NamedMethod, find_methods


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something happened, by whom, and by which methods it was paid."""

    store_id: UUID
    register_id: UUID | None
    cashier_id: UUID | None
    methods: Iterable[str]
    #: Whose order it is; nobody is named on the receipt of a sale at a till.
    customer_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Context:
    """The names and texts of now, the company's paper, and the address of the order's receipt."""

    company: ReceiptCompanyAnswer
    store: ReceiptStoreAnswer
    register: str | None
    has_drawer: bool
    cashier: str | None
    methods: Mapping[str, NamedMethod]
    paper: str
    address: str
    #: The address that leads to no prices.
    gift_address: str
    customer: str | None = None
    #: Whether nothing is really sold there.
    is_training: bool = False

    def opens_drawer(self, methods: Iterable[str]) -> bool:
        """Whether a till with a drawer opens it for one of these methods."""
        own = (self.methods.get(method) for method in methods)
        return self.has_drawer and (
            CASH in methods or any(method.opens_drawer for method in own if method is not None)
        )


def context_of(reading: Reading, order_id: UUID, place: Place, addresses: ReceiptAddresses) -> Context:
    """The context of a receipt of an order. Raises Missing."""
    company = find_company(reading.db)
    methods = find_methods(reading.db, place.methods)
    places = (place.store_id, place.register_id, place.cashier_id, place.customer_id)
    ids = [one for one in places if one]
    found: dict[type[Entity], Entity] = {type(one): one for one in reading.aggregates(Entity, ids)}
    if company is None or Store not in found:
        raise Missing
    store, register, cashier = ({**found[kind].values} if kind in found else None for kind in _KINDS)
    assert store is not None  # noqa: S101 it was found above
    for text in ("receipt_header", "receipt_footer"):
        # A store that has no text of its own prints the company's.
        store[text] = store[text] or company[text]
    return Context(
        company=ReceiptCompanyAnswer.of(company),
        store=ReceiptStoreAnswer.of(store),
        register=register["name"] if register else None,
        has_drawer=bool(register and register["has_drawer"]),
        # Many sign in by their address, of which a customer needs to know the first part alone.
        cashier=cashier["username"].partition("@")[0] if cashier else None,
        methods=methods,
        paper=company["receipt_paper"],
        address=addresses.of(reading.db.company_id, order_id),
        gift_address=addresses.of(reading.db.company_id, order_id, is_gift=True),
        customer=_name_of(found.get(Customer)),
        is_training=company["is_sandbox"],
    )


def _name_of(customer: Entity | None) -> str | None:
    """What a customer is called who was not erased."""
    if not isinstance(customer, Customer) or customer.is_erased:
        return None
    return str(customer.values["name"])


_KINDS = (Store, Register, User)
