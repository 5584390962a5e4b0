"""Verifies logs of any length: several processes follow the chain, each from a hash that is stored.

That is as good as one following all of it: the stored hash that one begins with is the last that another
recomputed.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import psycopg

from infra.postgres.connections import BULK, bounded
from infra.postgres.transactions import transaction
from infra.process.children import end_with
from infra.process.cores import allowed_cores
from infra.process.garbage import collecting_no_garbage
from infra.seals.verification import OutsideRecord, Page, Verification, read_page
from projections.log_proofs import LogProof

#: How many events a process follows at a time: about half a second.
CHUNK = 20_000
#: How many processes there are at most: the database has something to do as well.
MOST_PROCESSES = 4

#: Told how many events are followed, and of how many.
Progress = Callable[[int, int], None]
#: From one position to another, both included.
Chunk = tuple[int, int]


def verify(  # noqa: PLR0917 where, what, by what, and how far it is
    conninfo: str,
    company_id: UUID,
    outside: OutsideRecord,
    first: int,
    last: int | None,
    progress: Progress,
) -> LogProof:
    """Verify a stretch of a company's log, to its head without a `last`, while others go on writing.

    Raises Invalid for a stretch that ends before it begins.
    """
    with psycopg.connect(bounded(conninfo, BULK), autocommit=True) as connection:
        with transaction(connection, company_id, reading=True) as db:
            verification = Verification.begin(db, outside, first, last, is_short=False)
        _follow(connection, conninfo, company_id, verification, progress)
        with transaction(connection, company_id, reading=True) as db:
            return verification.concluded(db)


def _follow(
    connection: psycopg.Connection[Any],
    conninfo: str,
    company_id: UUID,
    verification: Verification,
    progress: Progress,
) -> None:
    begin, end = verification.first, verification.end
    total = end - begin + 1
    chunks = [(one, min(one + CHUNK - 1, end)) for one in range(begin, end + 1, CHUNK)]
    with _pages(conninfo, company_id, chunks) as pages:
        for page in () if verification.is_over else pages:
            with transaction(connection, company_id, reading=True) as db, collecting_no_garbage():
                verification.take(db, page)
            progress(verification.next - begin, total)
            if verification.is_over:
                break


@contextmanager
def _pages(conninfo: str, company_id: UUID, chunks: Sequence[Chunk]) -> Iterator[Iterator[Page]]:
    """What following these found, in their order; those ahead are followed meanwhile."""
    processes = min(MOST_PROCESSES, len(allowed_cores()), len(chunks) // 2)
    follow = partial(follow_chunk, conninfo, company_id)
    if processes <= 1:
        yield map(follow, chunks)
        return
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_adopt, initargs=(os.getpid(),)
    )
    try:
        yield pool.map(follow, chunks)
    finally:
        pool.shutdown(cancel_futures=True)


def follow_chunk(conninfo: str, company_id: UUID, chunk: Chunk) -> Page:
    """Follow the chain from one position to another, in short transactions."""
    hashes, (position, end) = list[bytes](), chunk
    with psycopg.connect(bounded(conninfo, BULK), autocommit=True) as connection:
        while position <= end:
            with transaction(connection, company_id, reading=True) as db, collecting_no_garbage():
                page = read_page(db, position, end)
            hashes += page.hashes
            if page.fault:
                return Page(hashes, page.fault)
            position += len(page.hashes)
    return Page(hashes, None)


def _adopt(parent: int) -> None:
    """Let this process end when the one that began it does, and not be interrupted before."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
