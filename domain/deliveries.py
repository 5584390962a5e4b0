"""What is known of operations that tills sent before: those that wait, and those that were rejected."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """An operation that was rejected, and what became of it."""

    stream_id: UUID
    operation_id: UUID
    content: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """How many operations of a register's devices are in no fact: not arrived, waiting, rejected."""

    missing: int = 0
    waiting: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An operation that waits for what it names; `operation` is JSON, `customer_id` whose it is, if known."""

    id: UUID
    device_id: UUID
    awaits: UUID
    operation: str
    received_at: datetime
    received_by: UUID | None
    customer_id: UUID | None = None
    #: Whether it has waited too long, or what it names was rejected.
    is_hopeless: bool = False
    #: The version of what it names, if it lies in the inbox and is decided anew on that.
    awaited_version: int | None = None
