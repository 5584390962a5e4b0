"""Messages: documents that are mailed to somebody, once and provably."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.entities import fields_of
from domain.private import CUSTOMER, SUPPLIER, texts


class Message(Aggregate):
    """A document on its way to an address; once its customer is forgotten, to none."""

    type_name = "messages.Message"

    class Written(Aggregate.Created):
        """A document is to be mailed; `document` is the type of its stream, `part_id` what of it is meant.

        `customer_id` or `supplier_id` is whose document it is, with whose key the address is sealed.
        """

        address: str | None
        document: str
        document_id: UUID
        part_id: UUID | None = None
        language: str = "en"
        customer_id: UUID | None = None
        supplier_id: UUID | None = None

        subject = CUSTOMER
        other_subjects: ClassVar[Mapping[str, str]] = MappingProxyType({SUPPLIER: "supplier"})
        private: ClassVar[Mapping[str, Any]] = texts("address")

        def apply(self, aggregate: "Message") -> None:
            """Nobody has it yet."""
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))
            aggregate.status = "waiting"

    class Sent(Aggregate.Event):
        """The mail server has taken it, with the document as it was at that version."""

        document_version: int

        def apply(self, aggregate: "Message") -> None:
            """It is on its way."""
            aggregate.status = "sent"

    class GivenUp(Aggregate.Event):
        """Nobody tries any more: the mail server would not take it, or the document holds no more."""

        reason: str

        def apply(self, aggregate: "Message") -> None:
            """It stays here."""
            aggregate.status = "failed"

    if TYPE_CHECKING:
        address: str | None
        document: str
        document_id: UUID
        part_id: UUID | None
        language: str
        customer_id: UUID | None
        supplier_id: UUID | None
        status: str

    def note_sent(self, document_version: int) -> None:
        """The mail server has taken it; what was sent is not sent again."""
        if self.status == "waiting":
            self.trigger_event(Message.Sent, document_version=document_version)

    def give_up(self, reason: str) -> None:
        """Try no more."""
        if self.status == "waiting":
            self.trigger_event(Message.GivenUp, reason=reason)
