"""What there is to build: logs to prove, and which read models of a company are folded with one reading."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.codec import EventTypes
from projections.base import Projection

#: What the proof of a company's log is noted as, beside its read models.
LOG = ""
#: How many positions of a log one process proves at a time: stretches are proved side by side.
STRETCH = 100_000
#: What is of more than one in so many events of a log is frequent there.
FREQUENT = 20
#: At how many events of a log is looked for what it consists of: those that are frequent are dozens of them.
LOOKED_AT = 1_000

# What stopped at an event stays where it is.
_PENDING: LiteralString = """
    SELECT head.company_id, coalesce(built.position, 0), head.position, array_agg(model.name ORDER BY number)
      FROM company_head AS head
     CROSS JOIN unnest(%(names)b::text[]) WITH ORDINALITY AS model(name, number)
      LEFT JOIN built ON built.company_id = head.company_id AND built.projection = model.name
     WHERE head.position > coalesce(built.position, 0) AND built.error IS NULL
     GROUP BY head.company_id, coalesce(built.position, 0), head.position
     ORDER BY head.position - coalesce(built.position, 0) DESC, head.company_id
"""

# Events all over each log, or all of a short one, by their keys, at places that follow no rhythm: a sale and
# what it takes from the shelves take turns, so that every second event, say, is of one kind.
_TYPES: LiteralString = """
    SELECT head.company_id, event.type, count(*)
      FROM company_head AS head
     CROSS JOIN generate_series(1, least(head.position, %(looked_at)s::bigint)) AS number
     CROSS JOIN LATERAL (
           SELECT type FROM events
            WHERE company_id = head.company_id
              AND position = CASE WHEN head.position <= %(looked_at)s::bigint THEN number
                                  ELSE 1 + number * 2654435761 %% head.position END
            LIMIT 1
           ) AS event
     GROUP BY head.company_id, event.type
"""


@dataclass(frozen=True)
class Task:
    """Read models of a company to be folded, or its log to be proved, from one position to another."""

    company_id: UUID
    names: tuple[str, ...]
    after: int
    upto: int

    @property
    def length(self) -> int:
        """How many positions that is."""
        return self.upto - self.after


def pending(connection: psycopg.Connection[Any], names: Sequence[str]) -> list[Task]:
    """What is left to prove and to fold of what has these names, the most first.

    What has come equally far in a log is one task.
    """
    rows = connection.execute(_PENDING, {"names": list(names)}).fetchall()
    return [Task(company_id, tuple(several), after, upto) for company_id, after, upto, several in rows]


def waves_of(models: Sequence[Projection]) -> tuple[list[str], list[str], list[str]]:
    """What comes after what, by name: logs are proved, then folded, last what is made from read models."""
    derived = [model.name for model in models if model.sources]
    return [LOG], [model.name for model in models if not model.sources], derived


class Shares:
    """Shares work out by what logs consist of, and tells how much of it a task is.

    Each log is looked at once, when the work begins; what comes later is little.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], types: EventTypes, models: Sequence[Projection]
    ) -> None:
        self._read = {model.name: {types.by_event[one].name for one in model.events} for model in models}
        self._types: dict[UUID, Counter[str]] = {}
        for company_id, name, number in connection.execute(_TYPES, {"looked_at": LOOKED_AT}).fetchall():
            self._types.setdefault(company_id, Counter())[name] = number

    def facts(self, task: Task) -> int:
        """How many facts its read models fold, each for itself; a proof looks at each event once."""
        if task.names == (LOG,):
            return task.length
        types = self._types.get(task.company_id, Counter())
        events = types.total() or 1
        facts = sum(types.get(one, 0) for name in task.names for one in self._read[name])
        return task.length * facts // events

    def parts(self, task: Task) -> Iterator[Task]:
        """A task of a long log for several processes: a proof in stretches, read models by what they read."""
        if task.names == (LOG,):
            for after in range(task.after, task.upto, STRETCH):
                yield Task(task.company_id, task.names, after, min(after + STRETCH, task.upto))
        else:
            for names in self._kin(task):
                yield Task(task.company_id, tuple(names), task.after, task.upto)

    def _kin(self, task: Task) -> list[list[str]]:
        """Read models that read the same frequent events, so that none of those is decoded twice.

        All that read none of them are together.
        """
        types = self._types.get(task.company_id, Counter())
        frequent = {name for name, number in types.items() if number * FREQUENT > types.total()}
        kin: list[tuple[frozenset[str], list[str]]] = []
        for name in task.names:
            own = frozenset(self._read[name] & frequent)
            alike = [one for one in kin if one[0] & own or one[0] == own]
            kin = [one for one in kin if one not in alike]
            kin.append((own.union(*(one[0] for one in alike)), [*_names(alike), name]))
        return [names for _, names in kin]


def _names(kin: Iterable[tuple[frozenset[str], list[str]]]) -> Iterator[str]:
    return (name for _, names in kin for name in names)
