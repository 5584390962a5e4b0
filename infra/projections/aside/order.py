"""In which order things are built aside: each piece as soon as what it is made from has come as far."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from infra.projections.aside.tasks import LOG, Shares, Task
from infra.projections.reading import BATCH

#: From so many positions on a log is long: several processes work on it.
LONG = 20_000
#: How many positions of a long log a process folds before it takes up what has the most left. So nobody waits
#: for what takes longest, and what is made from other read models follows them at once.
PIECE = 20_000
#: How many tasks of short logs are one piece, at most.
PACK = 100


@dataclass(frozen=True, eq=False)
class Piece:
    """Tasks that one process does, one after another, when all that they need is done.

    A stretch proves a part of a long log, and others prove what lies before it.
    """

    tasks: tuple[Task, ...]
    needs: tuple["Piece", ...] = ()
    is_stretch: bool = False
    #: How many positions of the log are left from here on.
    left: int = 0


def pieces_of(waves: Sequence[Collection[Task]], shares: Shares) -> list[Piece]:
    """What there is to do, in the order in which it is begun: of what is ready the longest way first.

    Of each company a wave comes after those before it, as far as these have come.
    """
    companies: dict[UUID, list[list[Task]]] = {}
    for number, wave in enumerate(waves):
        for task in wave:
            companies.setdefault(task.company_id, [[] for _ in waves])[number].append(task)
    long, short = list[Piece](), list[list[Task]]()
    for own in companies.values():
        tasks = [task for wave in own for task in wave]
        if any(task.length >= LONG for task in tasks):
            long += _of_long_log(own, shares)
        else:
            short.append(tasks)
    return [*sorted(long, key=lambda piece: piece.left, reverse=True), *_packed(short)]


def _of_long_log(waves: Sequence[Sequence[Task]], shares: Shares) -> Iterator[Piece]:
    """A company's work in chains of pieces: read models that share a reading, and stretches of its proof."""
    end = max(task.upto for wave in waves for task in wave)
    before: list[list[Piece]] = []
    for wave in waves:
        chains = [list(_chain(part, before, end)) for task in wave for part in shares.parts(task)]
        yield from (piece for chain in chains for piece in chain)
        before += chains


def _chain(task: Task, before: Sequence[Sequence[Piece]], end: int) -> Iterator[Piece]:
    is_stretch = task.names == (LOG,)
    step = task.length if is_stretch else PIECE
    last: tuple[Piece, ...] = ()
    for after in range(task.after, task.upto, step):
        part = replace(task, after=after, upto=min(after + step, task.upto))
        needs = [piece for chain in before for piece in _last_before(chain, part.upto)]
        piece = Piece((part,), (*last, *needs), is_stretch, end - after)
        last = (piece,)
        yield piece


def _last_before(chain: Sequence[Piece], position: int) -> Sequence[Piece]:
    """The last piece of a chain that has anything up to a position, if one has: all others come before it."""
    number = bisect_left(chain, position, key=lambda piece: piece.tasks[0].after)
    return chain[max(number - 1, 0) : number]


def _packed(companies: Sequence[Sequence[Task]]) -> Iterator[Piece]:
    """Companies in packs that are worth handing to a process: many are small."""
    pack: list[Task] = []
    for tasks in companies:
        pack += tasks
        if sum(task.length for task in pack) >= BATCH or len(pack) >= PACK:
            yield Piece(tuple(pack))
            pack = []
    if pack:
        yield Piece(tuple(pack))
