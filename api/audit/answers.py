"""What is answered of the log: its facts, and what something was at one point of its history."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from api.answers import NULL, Answer, Count, Id, Meaning, Moment
from projections.log_proofs import FaultReason


class AuditEventAnswer(Answer):
    """One fact: what happened, when and through whom, and which fields of its aggregate it changed.

    Of a field that is an object, `before` and `after` hold only what differs; null where there was nothing.
    `unreadable` is null, or the code of why this server cannot say what the fact changed: `newer_event`,
    `damaged_event`. Then `data` is what the log holds, and before and after are null, as they are for what
    came later in the same history.
    """

    position: Annotated[int, Meaning("Its place in the company's log, without gaps from 1.", 42)]
    type: Annotated[str, Meaning("What happened: an event of an aggregate.", "stores.Store.Renamed")]
    stream_id: Annotated[Id, Meaning("To what it happened: the id of the store, product, order …")]
    stream_version: Annotated[int, Meaning("Which version of that it led to.", 3)]
    at: Annotated[Moment | None, Meaning("When it was decided.")]
    recorded_at: Annotated[Moment, Meaning("When the log took it; never before an earlier position.")]
    actor_id: Annotated[Id | None, Meaning("Who did it; null for the system.")]
    actor: Annotated[
        str | None,
        Meaning(
            "That user's present name; null for the system, and for people of the platform.",
            "admin@demo.local",
        ),
    ]
    request_id: Annotated[str | None, Meaning("The `X-Request-Id` of the request that did it.", "till-7:42")]
    approved_by: Annotated[Id | None, Meaning("Who approved it at the actor's till; null if nobody did.")]
    terminal: Annotated[str | None, Meaning("The device it was done at, if known.")]
    summary: Annotated[
        str | None,
        Meaning(
            "What happened, in a sentence; null for what this server cannot read.",
            "ada renamed the store Port to Harbour.",
        ),
    ]
    hash: Annotated[
        str | None,
        Meaning(
            "The hash by which it is chained to the event before it; null for whoever may not see all that "
            "it covers.",
            "5deb020688edc123985b4fc2a82cb3dbad68e078cfeb17b564b8b116d3abbe02",
        ),
    ]
    data: Annotated[Any, Meaning("What the event says, as it was written.")]
    before: Annotated[
        dict[str, Any] | None,
        Meaning(
            "The fields it changed, as they were just before; null for the first event of a thing.",
            {"name": "Port"},
        ),
    ]
    after: Annotated[
        dict[str, Any] | None,
        Meaning(
            "The same fields just after; all there are for the first event of a thing.", {"name": "Harbour"}
        ),
    ]
    unreadable: Annotated[str | None, Meaning("Null, or the code of why this server cannot read it.")]


class StoryChangeAnswer(Answer, rename={"before": "from", "after": "to"}):
    """A field before and after a step; null where there was nothing."""

    field: Annotated[str, Meaning("The field, with dots where it lies within others.", "lines.1.quantity")]
    before: Annotated[Any, Meaning("What it was.", "2")]
    after: Annotated[Any, Meaning("What it is.", "3")]


class StoryStepAnswer(Answer):
    """A step of the history of something.

    `unreadable` is null, or the code of why this server cannot tell the step: `newer_event`,
    `damaged_event`. Then it has no sentence and no changes, as steps that came later.
    """

    position: Annotated[int, Meaning("Its place in the company's log, by which one goes on.", 42)]
    version: Annotated[int, Meaning("Which version of the thing it led to.", 3)]
    event: Annotated[str, Meaning("What happened.", "products.Product.Repriced")]
    at: Annotated[Moment | None, Meaning("When it was decided.")]
    recorded_at: Annotated[Moment, Meaning("When the log took it.")]
    by: Annotated[Id | None, Meaning("Who did it; null for the system.")]
    by_name: Annotated[
        str | None,
        Meaning("That user's present name; null for the system, and for people of the platform.", "ada@demo"),
    ]
    sentence: Annotated[
        str | None,
        Meaning(
            "What happened, in words.", "ada changed the price of Sea salt, 500 g from EUR 2.49 to EUR 2.79."
        ),
    ]
    changes: Annotated[list[StoryChangeAnswer], Meaning("What it changed.")]
    unreadable: Annotated[str | None, Meaning("Null, or the code of why this server cannot read it.")]


class AuditStateAnswer(Answer):
    """An aggregate as it was at one version of it."""

    type: Annotated[str, Meaning("What it is.", "stores.Store")]
    stream_id: Annotated[Id, Meaning("The `id` of what it is: an order, a product, a shift …")]
    version: Annotated[int, Meaning("At which version this is it.", 3)]
    state: Annotated[
        dict[str, Any],
        Meaning("All of its fields.", {"name": "Harbour", "code": "MAIN", "is_archived": False}),
    ]


class LogFaultAnswer(Answer):
    """The first position that is not what was recorded or sealed; what follows it was not looked at."""

    position: Annotated[Count, Meaning("Which it is.", 4_711)]
    reason: Annotated[FaultReason, Meaning("What is wrong there.", "altered")]
    message: Annotated[str, Meaning("The same in words.", "the event's bytes do not give its hash")]


class LogProofAnswer(Answer, rename={"from_position": "from", "to_position": "to"}):
    """Whether a stretch of the log is what was recorded."""

    sound: Annotated[bool, Meaning("Whether all of it is.", example=True)]
    from_position: Annotated[Count, Meaning("The first position.", 1)]
    to_position: Annotated[Count, Meaning("The last position.", 41_882)]
    verified: Annotated[Count, Meaning("How many events were found to be what was recorded.", 41_882)]
    sealed_up_to: Annotated[Count, Meaning("Up to which position the log was sealed; 0 if never.", 41_800)]
    head_hash: Annotated[
        str | None,
        Meaning(
            "The hash of the last of them; null for whoever may not see all of it. Compared with one that "
            "was noted earlier, elsewhere, it tells of a log that was made anew as a whole.",
            "27e92014ce23da3e3b3a7122c8b8091ca592880efa39c13f53deee907b26959a",
        ),
    ]
    fault: Annotated[LogFaultAnswer | None, Meaning("What is not sound.", NULL)]
    seconds: Annotated[float, Meaning("How long it took.", 0.31)]

    @classmethod
    def found(cls, proof: Mapping[str, Any], seconds: float, *, with_hash: bool) -> Self:
        """The answer of what was found; a hash is for whoever sees all events whole."""
        fault = proof["fault"]
        return cls(
            sound=fault is None,
            from_position=proof["first"],
            to_position=proof["last"],
            verified=proof["verified"],
            sealed_up_to=proof["sealed_up_to"],
            head_hash=proof["last_hash"] if with_hash else None,
            fault=LogFaultAnswer(**fault) if fault else None,
            seconds=seconds,
        )
