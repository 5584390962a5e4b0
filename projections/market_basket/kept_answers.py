"""Counted pairs, kept for all processes for as long as no basket that they are about has changed."""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any, LiteralString

import numpy as np

from projections.base import Database, Params, Row
from projections.market_basket.pairs import Pairs
from projections.reports.section import Keep

#: How much is kept of a company, the newest, in bytes; and of one answer.
MOST_BYTES, LARGEST = 64 * 2**20, 24 * 2**20
#: How long to wait between looks whether another process has counted, in seconds; and for how many looks
#: after it has, for an answer is kept right after it was given.
_PAUSE, _GRACE = 0.02, 15
#: Raise this when pairs would be counted otherwise, or what is kept read in another way.
_FORM = 1

# Whoever holds the lock is counting; it goes with the transaction.
_LOOK_UP: LiteralString = """
    SELECT pg_try_advisory_xact_lock(hashtextextended(%(lock)s::text, 1)) AS is_mine, kept.baskets, kept.own,
           kept.first, kept.second, kept.together
      FROM (SELECT 1) AS always
      LEFT JOIN basket_answers AS kept
        ON kept.company_id = %(company_id)s AND kept.question = %(question)s::bytea
       AND kept.state = %(state)s::text
"""

_KEEP: LiteralString = """
    INSERT INTO basket_answers AS kept (company_id, question, state, baskets, own, first, second, together)
    VALUES (%(company_id)s, %(question)s::bytea, %(state)s, %(baskets)s, %(own)s::bytea, %(first)s::bytea,
            %(second)s::bytea, %(together)s::bytea)
        ON CONFLICT (company_id, question) DO UPDATE
       SET state = excluded.state, baskets = excluded.baskets, own = excluded.own, first = excluded.first,
           second = excluded.second, together = excluded.together, kept_at = excluded.kept_at
     WHERE kept.state <> excluded.state
"""

_EVICT: LiteralString = """
    DELETE FROM basket_answers
     WHERE company_id = %(company_id)s AND question IN (
           SELECT question
             FROM (SELECT question, sum(octet_length(own) + 3 * octet_length(first))
                                        OVER (ORDER BY kept_at DESC, question) AS upto
                     FROM basket_answers WHERE company_id = %(company_id)s) AS newest
            WHERE upto > %(most)s::bigint)
"""

_NUMBER = np.dtype("<i4")
_ARRAYS = ("own", "first", "second", "together")


def kept(
    db: Database, question: list[Any], state: str, keep: Keep | None, count: Callable[[], Pairs]
) -> Pairs:
    """The pairs that are kept of this question in this state; else those that are counted, and kept.

    Of processes that are asked the same at once one counts, and the others wait for what it keeps.
    """
    digest = hashlib.sha256(json.dumps([_FORM, *question], default=str).encode()).digest()
    params = {"company_id": db.company_id, "question": digest, "state": state}
    row = _find(db, {**params, "lock": f"{db.company_id} {digest.hex()} {state}"})
    if row is not None:
        arrays = {name: np.frombuffer(row[name], _NUMBER) for name in _ARRAYS}
        return Pairs(baskets=row["baskets"], **arrays)
    pairs = count()
    sent = {name: getattr(pairs, name).astype(_NUMBER).tobytes() for name in _ARRAYS}
    if keep is not None and sum(map(len, sent.values())) <= LARGEST:
        keep(_KEEP, {**params, **sent, "baskets": pairs.baskets})
        keep(_EVICT, {"company_id": db.company_id, "most": MOST_BYTES})
    return pairs


def _find(db: Database, params: Params) -> Row | None:
    """The answer that is kept, waiting for one that another process counts; None if there is none to come."""
    row = db.ask(_LOOK_UP, params).row()
    looks = 0
    while row is not None and row["first"] is None:
        if row["is_mine"] and looks in (0, _GRACE):
            return None
        # Whoever counted has let go of the lock a moment before the answer is there.
        looks += 1 if row["is_mine"] or not looks else 0
        time.sleep(_PAUSE)
        row = db.ask(_LOOK_UP, params).row()
    return row
