"""By what a customer is found: the words of their name, and each number and address as one word."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.customers import Customer
from projections.base import Event, Fact
from projections.records import Reading
from projections.search.entries import ACTIVE, ARCHIVED, Entry, Key
from projections.search.tables import CUSTOMER_KINDS, EMAILS, PHONES, REFERENCES
from projections.search.words import code_of, phone_code, text_of, words_of


class Named(Reading):
    """What is read of a name."""

    name: str


class Located(Reading):
    """What is read of how a customer is reached."""

    phone: str | None
    email: str | None


class Identified(Reading):
    """What is read of the numbers under which others know a customer."""

    reference: str | None


class Known(Named, Located, Identified):
    """What is read of a customer who became known."""


class Erased(Reading):
    """What is read of an erasure: whom it concerns besides."""

    customer_ids: tuple[UUID, ...]


#: The events that change by what a customer is found, or whether they are.
FOLDS: Mapping[Event, type[Aggregate.Event | Reading]] = {
    Customer.Registered: Known,
    Customer.Renamed: Named,
    Customer.Relocated: Located,
    Customer.Identified: Identified,
    Customer.Archived: Reading,
    Customer.Restored: Reading,
    Customer.Merged: Reading,
    Customer.Erased: Erased,
}
#: Nobody looks for notes, groups, terms or consents.
IGNORED: frozenset[Event] = frozenset(
    {Customer.Annotated, Customer.Grouped, Customer.CreditAgreed, Customer.Consented, Customer.Absorbed}
)


class CustomerFold:
    """The entries that a run of facts is about: one for the name of each customer, one for each code."""

    def __init__(self, former: Mapping[Key, Entry]) -> None:
        self.entries = dict(former)

    def take(self, fact: Fact) -> None:
        """Take over what a fact says."""
        if fact.event is Customer.Erased:
            for one in (fact.stream_id, *fact.data.customer_ids):
                self._forget(one)
        elif fact.event in (Customer.Archived, Customer.Merged):
            self._move(fact.stream_id, ARCHIVED)
        elif fact.event is Customer.Restored:
            self._move(fact.stream_id, ACTIVE)
        else:
            self._describe(fact)

    def _forget(self, customer_id: UUID) -> None:
        for kind in CUSTOMER_KINDS:
            self.entries.pop((kind, customer_id), None)

    def _move(self, customer_id: UUID, status: str) -> None:
        for kind in CUSTOMER_KINDS:
            if entry := self.entries.get((kind, customer_id)):
                self.entries[kind, customer_id] = replace(entry, status=status)

    def _describe(self, fact: Fact) -> None:
        known = self.entries.get((Customer.kind, fact.stream_id))
        for kind, text in _texts_of(fact):
            if text:
                status = known.status if known else ACTIVE
                self.entries[kind, fact.stream_id] = Entry(kind, fact.stream_id, text, status=status)
            else:
                self.entries.pop((kind, fact.stream_id), None)


def _texts_of(fact: Fact) -> Iterator[tuple[str, str]]:
    """What a fact says anew, as words, by kind."""
    reading, data = FOLDS[fact.event], fact.data
    if issubclass(reading, Named):
        # A name without a letter or a digit is none to look for, yet it is in the list of all.
        yield Customer.kind, text_of(words_of(data.name)) or " "
    if issubclass(reading, Located):
        yield PHONES, _code(phone_code(data.phone))
        yield EMAILS, _code(data.email)
    if issubclass(reading, Identified):
        yield REFERENCES, _code(data.reference)


def _code(text: str | None) -> str:
    return text_of(filter(None, (code_of(text),)))
