"""One pass through a verified file: its events go into a log, and what was signed over them is kept."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from domain.seals.tree import Growing, Subtree
from infra.eventstore.chain import ChainedEvent
from infra.eventstore.codec import EventTypes, decode_metadata
from infra.incoming.erasures import forgotten_by
from infra.incoming.log import PAGE, IncomingLog
from infra.incoming.person_keys import PersonKeys
from infra.postgres.transactions import Transaction
from infra.seals.read_log import LogHead, read_entries, read_head
from infra.seals.sealing import Seal, add_seal, keep_hashes, keeps

#: Told how many events are in, and of how many.
Progress = Callable[[int, int], None]


class FileChanged(ValueError):
    """The file is not the one any more that was verified."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class NotReadable(ValueError):
    """This version cannot read the event at position {position} with the keys it has ({reason})."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__((type(self).__doc__ or "").format(position=position, reason=reason))


@dataclass(frozen=True)
class Imported:
    """What came in: whose log, how many events, and of how many persons the keys."""

    company_id: UUID
    events: int
    persons: int
    unknown_persons: int


class Filling:
    """The pass. Every event is decoded to all that it says, so that none comes in that nobody could read."""

    def __init__(self, log: IncomingLog, head: LogHead, persons: PersonKeys, types: EventTypes) -> None:
        self._log = log
        self._head = head
        self._persons = persons
        self._types = types
        self._seals = _SealsOfFile(head)
        self._forgotten: dict[UUID, int] = {}

    def fill(self, file: IO[bytes], progress: Progress) -> None:
        """Add all events, page by page. Raises what read models raise, NotReadable, FileChanged."""
        if read_head(file) != self._head:
            raise FileChanged
        progress(0, self._head.last)
        for events in self._pages(file):
            with self._log.adding() as db:
                self._persons.keep(db, events)
                self._check_readable(events)
                if self._log.add(db, events) != events[-1].hash:
                    raise FileChanged
            progress(self._log.last, self._head.last)
        if self._log.last != self._head.last:
            raise FileChanged

    def finish(self, db: Transaction) -> Imported:
        """Keep what was signed, and let the company be served, in the life after that of the file."""
        self._seals.keep(db)
        self._log.open(db, self._forgotten, former=self._head.life)
        unknown = self._persons.missing - self._forgotten.keys()
        return Imported(self._head.company_id, self._log.last, len(self._persons.found), len(unknown))

    def _pages(self, file: IO[bytes]) -> Iterator[list[ChainedEvent]]:
        page: list[ChainedEvent] = []
        for entry in read_entries(file):
            if isinstance(entry, str):
                self._seals.sign(entry)
                continue
            page.append(entry)
            self._seals.add(entry)
            for one in forgotten_by(entry):
                self._forgotten.setdefault(one, entry.position)
            if len(page) == PAGE:
                yield page
                page = []
        if page:
            yield page

    def _check_readable(self, events: Sequence[ChainedEvent]) -> None:
        for event in events:
            row = {**event._asdict(), "company_id": self._head.company_id}
            try:
                decode_metadata(event.metadata)
                self._types.decode({**row, "subject_key": self._persons.wrapped_of(event.state)})
            except Exception as error:
                raise NotReadable(event.position, str(error)) from error


class _SealsOfFile:
    """The tree over the events of a file, and the checkpoints that were signed on its way."""

    def __init__(self, head: LogHead) -> None:
        self._head = head
        self._tree = Growing()
        self._made: list[tuple[Subtree, bytes]] = []
        self._seals: dict[int, Seal] = {}
        self._last_hash = b""

    def add(self, event: ChainedEvent) -> None:
        """Let the tree grow."""
        self._made += [one for one in self._tree.add(event.hash) if keeps(one[0])]
        self._last_hash = event.hash

    def sign(self, note: str) -> None:
        """Take a checkpoint of what the tree is now; it was signed before the file was made."""
        self._seals[self._tree.size] = Seal(
            epoch=self._head.life,
            size=self._tree.size,
            root=self._tree.root,
            head_hash=self._last_hash,
            frontier=b"".join(self._tree.frontier),
            vkey=self._head.vkey,
            checkpoint=note,
            sealed_at=self._head.made,
        )

    def keep(self, db: Transaction) -> None:
        """Keep seals, as those of a former key, and the hashes from which proofs are made."""
        keep_hashes(db, self._made)
        for seal in self._seals.values():
            add_seal(db, seal)
