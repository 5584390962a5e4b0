"""What becomes of messages: they were sent, or nobody tries any more."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import UnitOfWork
from domain.messages import Message


@dataclass(frozen=True, kw_only=True)
class NoteSent:
    """The mail server has taken it, with the document as it was at that version."""

    id: UUID
    document_version: int


@dataclass(frozen=True, kw_only=True)
class GiveUp:
    """Nobody tries to send it any more."""

    id: UUID
    reason: str


def note_sent(command: NoteSent, work: UnitOfWork) -> None:
    """Record it once. Raises Missing."""
    message = work.load(Message, command.id)
    message.note_sent(command.document_version)
    work.save(message)


def give_up(command: GiveUp, work: UnitOfWork) -> None:
    """Record it, unless it was sent. Raises Missing."""
    message = work.load(Message, command.id)
    message.give_up(command.reason)
    work.save(message)
