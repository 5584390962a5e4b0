"""What is answered of read models."""

from typing import Annotated, Literal

from api.answers import NULL, Answer, Count, Id, Meaning, Moment


class PositionsAnswer(Answer):
    """Positions of logs, each of a company of its own."""

    least: Annotated[Count, Meaning("That of the company of which it knows least.", 1)]
    greatest: Annotated[Count, Meaning("That of the company of which it knows most.", 41_882)]


class LagAnswer(Answer):
    """How far behind it is for the company for which that is most; where it is parked does not count."""

    events: Annotated[Count, Meaning("Events that it does not know yet.", 0)]
    seconds: Annotated[float, Meaning("Age of the oldest of them.", 0.0)]


class ReadModelAnswer(Answer):
    """A read model over all companies."""

    name: Annotated[str, Meaning("What it is called.", "report_sales")]
    mode: Annotated[
        Literal["inline", "async"],
        Meaning("Whether it is written with the event itself, or follows a moment later.", "async"),
    ]
    version: Annotated[int, Meaning("Its version; another one is made anew from the log.", 1)]
    tables: Annotated[
        list[str], Meaning("Where its rows are, in the schema of the installation.", ["sales_facts"])
    ]
    definition: Annotated[
        Literal["current", "other version", "missing"],
        Meaning("Whether the database's tables are those of this version.", "current"),
    ]
    companies: Annotated[Count, Meaning("How many companies it follows, the platform included.", 120)]
    position: Annotated[PositionsAnswer, Meaning("Up to where it knows the logs.")]
    lag: Annotated[LagAnswer, Meaning("How far behind the logs it is.")]
    rate: Annotated[
        float | None,
        Meaning(
            "Events a second that it passed over the last minute, of all companies; null where no worker "
            "notes it.",
            41.5,
        ),
    ]
    parked: Annotated[
        Count, Meaning("For how many companies it waits for a person, at an event that it cannot apply.", 0)
    ]
    paused: Annotated[
        bool, Meaning("Whether it rests, for one company at least, until it is resumed.", False)
    ]
    last_verified_at: Annotated[
        Moment | None, Meaning("When it was last compared with a log, of any company.", NULL)
    ]
    sound: Annotated[
        bool,
        Meaning(
            "False if rows are known to differ from the log, or an event was passed over, and it was not "
            "made anew since.",
            True,
        ),
    ]


class PauseAnswer(Answer):
    """A read model that was let rest, or go on."""

    name: Annotated[str, Meaning("What it is called.", "report_sales")]
    company_id: Annotated[Id | None, Meaning("For which company; null for every one.", NULL)]
    paused: Annotated[bool, Meaning("Whether it rests.", True)]


class ReadModelJobAnswer(Answer):
    """A rebuild or a check of a read model, and how far it is."""

    id: Annotated[Id, Meaning("Of this run; a later one has another.")]
    projection: Annotated[str, Meaning("Which read model.", "report_sales")]
    company_id: Annotated[Id | None, Meaning("Of which company; null for every one.", NULL)]
    status: Annotated[
        Literal["queued", "running", "done", "failed"],
        Meaning("How far it is; one whose worker died is queued again.", "running"),
    ]
    done: Annotated[Count, Meaning("Positions of logs passed, by each read model for itself.", 24_000)] = 0
    total: Annotated[int | None, Meaning("Of how many; null as long as nobody counted.", 83_764)] = None
    rate: Annotated[float | None, Meaning("Positions a second since it began.", 9_120.4)] = None
    eta_seconds: Annotated[float | None, Meaning("How long it will take at that pace.", 6.6)] = None
    rows_changed: Annotated[
        int | None, Meaning("Rows put right, or of a check: that differ; null until it is over.", NULL)
    ] = None
    error: Annotated[
        str | None, Meaning("What could not be done, of which company, a line for each.", NULL)
    ] = None
    created_at: Annotated[Moment | None, Meaning("When it was asked for.")] = None
    started_at: Annotated[Moment | None, Meaning("When a worker took it up, the last time.")] = None
    finished_at: Annotated[Moment | None, Meaning("When it was done or failed.", NULL)] = None
