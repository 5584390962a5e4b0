"""`mipos audit replay`: the history of one thing as a story, step by step, and what it was in the end."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import click
import psycopg
from rich.console import Console

from api.audit.happened import occurrence_of
from api.audit.stories.changes import changed_fields
from api.audit.stories.languages import STORY_LANGUAGES
from api.audit.stories.telling import Occurrence, Storyteller
from api.orders.history.answers import OrderChangeAnswer
from api.orders.history.changes import changes_of_steps, readable_steps
from domain.orders import Order
from infra.cli.companies import company_called, conninfo_of
from infra.eventstore.history import State, state_of
from infra.postgres.transactions import transaction
from infra.process.progress import progress_bar
from infra.runtime.models import EVENT_TYPES
from projections.audit import ask_version
from projections.base import Database, EventNotReadable, Row
from projections.companies import find_company
from projections.names import ask_names
from projections.order_history import ask_history

console = Console(stderr=True)

#: So many steps are told at once, with the names that they take.
_TOLD = 500
#: Whoever looks on sees how far it is where there are more steps than this.
_LONG = 2_000


@dataclass(frozen=True)
class Step:
    """An event as it is replayed: what it says in words, and what it changed."""

    version: int
    position: int
    event: str
    recorded_at: datetime
    by: UUID | None
    by_name: str | None
    sentence: str
    changes: list[dict[str, Any]]


class _Moment(click.ParamType):  # type: ignore[type-arg]  # click has no arguments for it at run time
    """A time with its zone, in ISO 8601; without one it is Greenwich time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time. Fails for what is none."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no time such as 2026-03-01T09:00:00Z.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.argument("stream_id", type=click.UUID)
@click.option("--company", required=True, help="Name or id of the company.")
@click.option("--version", type=click.IntRange(min=1), help="Up to this version of it.")
@click.option("--as-of", type=_Moment(), help="As it was recorded by this time.")
@click.option("--lang", type=click.Choice([*STORY_LANGUAGES]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: type, stream_id, steps, state.")
@click.pass_context
def replay(
    context: click.Context,
    stream_id: UUID,
    *,
    company: str,
    version: int | None,
    as_of: datetime | None,
    lang: str,
    as_json: bool,
) -> None:
    """Tell the history of a product, store, user, order … from its events, costs and all.

    Each step says what it changed, from what to what; at the end stands what the thing was then, rebuilt from
    nothing but its events.

    \b
    Examples:
      mipos audit replay --company Journey 0190163d-8694-739b-aea5-966c26f8ad91
      mipos audit replay --company Journey 0190163d-8694-739b-aea5-966c26f8ad91 --version 3 --lang de
      mipos audit replay --company Journey 0190163d-8694-739b-aea5-966c26f8ad91 --as-of 2026-03-01T09:00:00Z
    """
    if version is not None and as_of is not None:
        message = "Name a version or a time, not both."
        raise click.UsageError(message)
    company_id = company_called(context, company)
    with (
        psycopg.connect(conninfo_of(context), autocommit=True) as connection,
        transaction(connection, company_id, reading=True) as db,
    ):
        rows = _rows(db, stream_id, version, as_of)
        replaying = _Replaying(db, rows, lang)
        _print(stream_id, replaying, as_json=as_json)
    if replaying.trouble:
        raise click.ClickException(str(replaying.trouble))


def _rows(db: Database, stream_id: UUID, version: int | None, as_of: datetime | None) -> list[Row]:
    """The events up to the version or time that is meant. Fails where there is no such thing."""
    last = ask_version(db, stream_id).row()
    if last is None:
        message = f"There is nothing of the id {stream_id} in this company."
        raise click.ClickException(message)
    meant = ask_version(db, stream_id, version=version, as_of=as_of).row()
    if meant is None:
        message = (
            f"It was not there yet at {as_of}."
            if as_of
            else f"It has {last['version']:,} versions, not {version:,}."
        )
        raise click.ClickException(message)
    return [row for row in ask_history(db, stream_id).rows() if row["stream_version"] <= meant["version"]]


class _Replaying:
    """Replays events, and keeps what came of them."""

    def __init__(self, db: Database, rows: Sequence[Row], lang: str) -> None:
        self._db, self._rows = db, rows
        self._storyteller = Storyteller.of(STORY_LANGUAGES[lang], find_company(db), sees_costs=True)
        self.type = str(rows[0]["type"]).rpartition(".")[0]
        self.state: State = {}
        self.version = 0
        #: Why it went no further.
        self.trouble: EventNotReadable | None = None

    def steps(self) -> Iterator[Step]:
        """Every step, in its order, up to one that cannot be read."""
        with progress_bar(console, "events") as bar:
            task = bar.add_task("replay", total=len(self._rows), visible=len(self._rows) > _LONG)
            pending: list[tuple[Row, Occurrence]] = []
            for pair in self._occurrences():
                pending.append(pair)
                if len(pending) == _TOLD:
                    yield from self._steps(pending)
                    bar.advance(task, len(pending))
                    pending = []
            yield from self._steps(pending)

    def _occurrences(self) -> Iterator[tuple[Row, Occurrence]]:
        aggregates = EVENT_TYPES.replay(self._rows)
        for row in self._rows:
            try:
                aggregate = next(aggregates)
            except EventNotReadable as trouble:
                self.trouble = trouble
                return
            was, self.state, self.version = self.state, state_of(aggregate), aggregate.version
            yield row, occurrence_of(row, EVENT_TYPES.decode(row)[1], was, self.state)

    def _steps(self, pending: list[tuple[Row, Occurrence]]) -> Iterator[Step]:
        told = self._storyteller.tell_all([one for _, one in pending], self._names)
        for (row, one), sentence in zip(pending, told, strict=True):
            yield Step(
                version=row["stream_version"],
                position=row["position"],
                event=row["type"],
                recorded_at=row["recorded_at"],
                by=row["actor_id"],
                by_name=row["actor"],
                sentence=sentence,
                changes=[
                    {"field": field, "from": before, "to": after}
                    for field, before, after in self._changes(row["stream_version"], one)
                ],
            )

    def _changes(self, version: int, one: Occurrence) -> Iterable[tuple[str, Any, Any]]:
        if self.type != Order.type_name:
            return changed_fields(one.was, one.now)
        return [(change.field, change.before, change.after) for change in self._changes_of_order[version]]

    @cached_property
    def _changes_of_order(self) -> dict[int, list[OrderChangeAnswer]]:
        """What each step changed of an order, by the names of the order's answer in the API."""
        return changes_of_steps(readable_steps(EVENT_TYPES.decode, self._rows))

    def _names(self, ids: list[UUID]) -> dict[UUID, str]:
        return {row["id"]: row["name"] for row in ask_names(self._db, ids, customers=True).rows()}


def _print(stream_id: UUID, replaying: _Replaying, *, as_json: bool) -> None:
    if as_json:
        steps = [asdict(step) for step in replaying.steps()]
        shown = {
            "type": replaying.type,
            "stream_id": stream_id,
            "steps": steps,
            "version": replaying.version,
            "state": replaying.state,
        }
        click.echo(_json(shown))
        return
    click.echo(f"{replaying.type} {stream_id}")
    for step in replaying.steps():
        click.echo(f"\n{step.version}. {step.recorded_at:%Y-%m-%d %H:%M:%S} UTC  {step.sentence}")
        for change in step.changes:
            click.echo(f"     {change['field']}: {_value(change['from'])} → {_value(change['to'])}")
    if replaying.version:
        click.echo(f"\nVersion {replaying.version}:\n{_json(replaying.state)}")


def _value(value: Any) -> str:
    return (
        "nothing"
        if value is None
        else value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
