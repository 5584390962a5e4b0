"""Documents about stock: each goes through the stages of its life, and its lines are named by their ids."""

from collections.abc import Iterable
from uuid import UUID

from domain.errors import READ_AGAIN, Conflict, Detail, Invalid


class InvalidTransition(Conflict):
    """It is at a stage at which this cannot be done."""

    code = "invalid_transition"
    remedy = READ_AGAIN


def check_status(noun: str, status: str, allowed: Iterable[str]) -> None:
    """Raise InvalidTransition, naming the statuses of which it would have to have one, unless it does."""
    allowed = tuple(allowed)
    if status not in allowed:
        needed = " or ".join(sorted(allowed))
        message = f"This needs the status {needed}; the {noun} has the status {status}."
        raise InvalidTransition(message)


def check_named(line_ids: Iterable[UUID], known: Iterable[UUID]) -> None:
    """Raise Invalid naming each line of a request that the document has not, or that is named twice."""
    details, known, earlier = [], set(known), set[UUID]()
    for index, line_id in enumerate(line_ids):
        if line_id not in known:
            details.append(Detail(f"lines.{index}.line_id", "not_found", "There is no such line."))
        elif line_id in earlier:
            details.append(Detail(f"lines.{index}.line_id", "duplicate_line", "Another line names it."))
        earlier.add(line_id)
    if details:
        raise Invalid(details=details)
