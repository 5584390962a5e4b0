"""The right to be forgotten: what told who a customer is goes, and what was bought and paid stays."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, Count, Meaning, Moment
from api.entities import EDITS
from api.etags import expected_versions
from api.fields import Body, Flag, Text
from api.fields import Moment as MomentField
from api.operations import operation
from api.resource import Resource
from commands.customers.erasure import EraseCustomer, erase_customer
from domain.customer_erasure import CustomerHasCredit, CustomerOwes, Erasure, OpenOrders
from domain.customers import Gone

#: How long backups have the keys of persons at most, and how soon their bytes are off the disk.
KEYS_IN_BACKUPS: Final = timedelta(days=30)
BYTES_ON_DISK: Final = timedelta(hours=24)


class ErasureBody(Body):
    """Why a customer is forgotten."""

    reason = Text(
        required=True,
        shortest=1,
        longest=200,
        meaning="Why; it stays, so it must not tell who they were.",
        example="Asked for it in writing",
    )
    requested_at = MomentField(allow_none=True, load_default=None, meaning="When they asked for it.")
    forfeit = Flag(load_default=False, meaning="Whether what they have to their credit is lost.")


class KeptAnswer(Answer):
    """What stays, and why."""

    what: Annotated[str, Meaning("What stays.", "orders and payments, with their amounts")]
    why: Annotated[
        str, Meaning("What obliges to keep it.", "the books must be kept; they name nobody any more")
    ]
    until: Annotated[Moment | None, Meaning("Until when at most; null: without end.")]


class ErasureAnswer(Answer):
    """What was forgotten, and what stays."""

    erased_at: Annotated[Moment, Meaning("When it was erased.")]
    position: Annotated[int, Meaning("The place in the company's log of the fact that says so.", 42)]
    keys_destroyed: Annotated[
        Count, Meaning("How many keys went: the customer's, and those of whom they absorbed.", 1)
    ]
    kept: Annotated[list[KeptAnswer], Meaning("What stays.")]
    purged: Annotated[
        dict[str, int],
        Meaning(
            "How many rows of each table that stand beside the log and the read models went or lost their "
            "texts.",
            {"idempotency_keys": 3, "waiting_operations": 0},
        ),
    ]
    backups_until: Annotated[Moment, Meaning("Until when backups may have the keys at most.")]


class CustomerErasure(Resource):
    """Forgets a customer."""

    @operation(
        "customers.erase",
        "Erase a customer",
        description="Everything that tells who they are is sealed with a key of their own, which is "
        "destroyed: nobody reads it again, neither here nor in what was recorded before (`as_of`). All whom "
        "they absorbed are forgotten with them. Refused while they owe something, have credit that is not "
        "forfeited, or an order that is open. Erasing again answers the same. It cannot be undone.",
        body=ErasureBody(),
        answer=ErasureAnswer,
        refusals=(CustomerOwes, CustomerHasCredit, OpenOrders, Gone, *EDITS),
    )
    def on_post(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """Forget who they are."""
        command = EraseCustomer(id=customer_id, **req.context.body, expected_versions=expected_versions(req))
        self.write(req, resp, erase_customer, command, show_erasure, message="Customer erased")


def show_erasure(erasure: Erasure) -> ErasureAnswer:
    """What was forgotten, and what stays."""
    at = erasure.tombstone.at
    return ErasureAnswer(
        erased_at=at,
        position=erasure.tombstone.position,
        keys_destroyed=erasure.keys,
        kept=[KeptAnswer(what=what, why=why, until=until) for what, why, until in _kept(at)],
        purged=dict(erasure.purged),
        backups_until=at + KEYS_IN_BACKUPS,
    )


def _kept(at: datetime) -> list[tuple[str, str, datetime | None]]:
    return [
        (
            "orders, refunds, payments and entries of accounts, with their amounts and the customer's id",
            "the books must be kept; the id names nobody any more",
            None,
        ),
        (
            "groups, the store they were met in, and which purposes they agreed to when",
            "reports and proofs of consent need them; they name nobody",
            None,
        ),
        (
            "what was said of an order or a parked sale before it was theirs",
            "it named nobody when it was written, so it is sealed with nobody's key",
            None,
        ),
        ("what the log sealed", "the log is never changed; without the key nobody can read it", None),
        ("deleted bytes on the disk", "`mipos scrub` takes them off in the night", at + BYTES_ON_DISK),
        ("keys in backups", "whoever restores a backup erases again", at + KEYS_IN_BACKUPS),
        ("receipts and files that left the house", "they are in the hands of others", None),
    ]
