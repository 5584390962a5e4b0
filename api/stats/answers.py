"""What is answered of what the installation holds."""

from typing import Annotated

from api.answers import NULL, Answer, Count, Id, Meaning, Moment


class TypeCountAnswer(Answer):
    """Events of one type, of all companies."""

    type: Annotated[str, Meaning("The type of event.", "orders.Order.Sold")]
    events: Annotated[Count, Meaning("How many there are.", 155_848)]


class LargeStreamAnswer(Answer):
    """One thing and its history."""

    company_id: Annotated[Id, Meaning("Whose it is.")]
    stream_id: Annotated[Id, Meaning("What it is.")]
    type: Annotated[str, Meaning("What kind of thing.", "products.Product")]
    events: Annotated[Count, Meaning("How many events it has; thousands make it slow to load.", 412)]


class TableAnswer(Answer):
    """A table of the database."""

    name: Annotated[str, Meaning("What it is called.", "events")]
    rows: Annotated[Count, Meaning("How many rows it had when the server last looked.", 4_180_000)]
    bytes: Annotated[Count, Meaning("What it takes on the disk, its indexes included.", 2_147_483_648)]


class PoolAnswer(Answer):
    """Connections to the database, of the web process that answered; there are several such processes."""

    size: Annotated[Count, Meaning("How many there may be.", 10)]
    in_use: Annotated[Count, Meaning("How many work for a request now, for this one too.", 1)]
    idle: Annotated[Count, Meaning("How many are open and wait.", 3)]


class JobRunAnswer(Answer):
    """Something that workers do from time to time."""

    name: Annotated[str, Meaning("What it is called.", "reservations")]
    last_run: Annotated[Moment, Meaning("When it was begun last.")]
    milliseconds: Annotated[Count, Meaning("How long that took.", 14)]
    last_error: Annotated[str | None, Meaning("What was wrong then; null if nothing was.", NULL)]
    next_run: Annotated[Moment, Meaning("When it is begun again at the latest.")]


class SealsAnswer(Answer):
    """How far the seals of logs are."""

    behind: Annotated[
        Count, Meaning("Events after the last seal, of the log with most; seals are made hourly.", 212)
    ]


class DeliveriesAnswer(Answer):
    """Deliveries to webhooks, of all companies, of the last 30 days."""

    pending: Annotated[Count, Meaning("Those that are to be sent, for the first time or again.", 3)]
    dead: Annotated[Count, Meaning("Those that were given up.", 0)]


class StatsAnswer(Answer):
    """The installation in figures."""

    events: Annotated[Count, Meaning("Events in all logs.", 4_180_000)]
    events_per_second: Annotated[float, Meaning("Events recorded a second, over the last minute.", 41.5)]
    companies: Annotated[Count, Meaning("Companies that have a log, the platform not counted.", 118)]
    streams: Annotated[Count, Meaning("Things that have a history.", 390_112)]
    largest_streams: Annotated[list[LargeStreamAnswer], Meaning("The ten with the longest, longest first.")]
    by_type: Annotated[list[TypeCountAnswer], Meaning("Events by their type, the most first.")]
    tables: Annotated[list[TableAnswer], Meaning("Tables, the largest first.")]
    pool: Annotated[PoolAnswer, Meaning("Connections to the database.")]
    jobs: Annotated[list[JobRunAnswer], Meaning("What workers do from time to time, by name.")]
    seals: Annotated[SealsAnswer, Meaning("How far logs are sealed.")]
    webhooks: Annotated[DeliveriesAnswer, Meaning("Deliveries to webhooks.")]
    log_epoch: Annotated[Count, Meaning("How often the logs began anew from a backup, counted from 1.", 1)]
