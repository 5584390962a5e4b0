"""Counted pairs, kept for all processes for as long as no basket that they are about has changed."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np

from projections.base import Database, Params, Row
from projections.market_basket.limits import Occupied
from projections.market_basket.pairs import Pairs
from projections.reports.section import Keep

#: How much is kept of a company, the newest, in bytes; and of one answer.
MOST_BYTES, LARGEST = 64 * 2**20, 24 * 2**20
#: How long to wait for what another process has counted, which it keeps right after it has answered: for so
#: many seconds, so often.
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


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How a request has something kept, and the question that it waited for another process to answer."""

    keep: Keep | None = None
    for_question: bytes | None = None


def kept(
    db: Database, question: list[Any], state: str, waiting: Waiting, count: Callable[[], Pairs]
) -> Pairs:
    """The pairs that are kept of this question in this state; else those that are counted, and kept.

    Of processes that are asked the same at once one counts, and the others come again for what it keeps.
    Raises Occupied.
    """
    digest = hashlib.sha256(json.dumps([_FORM, *question], default=str).encode()).digest()
    params = {"company_id": db.company_id, "question": digest, "state": state}
    looks = _GRACE if waiting.for_question == digest else 0
    row = _find(db, {**params, "lock": f"{db.company_id} {digest.hex()} {state}"}, looks)
    if row is not None:
        arrays = {name: np.frombuffer(row[name], _NUMBER) for name in _ARRAYS}
        return Pairs(baskets=row["baskets"], **arrays)
    pairs = count()
    sent = {name: getattr(pairs, name).astype(_NUMBER).tobytes() for name in _ARRAYS}
    if waiting.keep is not None and sum(map(len, sent.values())) <= LARGEST:
        waiting.keep(_KEEP, {**params, **sent, "baskets": pairs.baskets})
        waiting.keep(_EVICT, {"company_id": db.company_id, "most": MOST_BYTES})
    return pairs


def _find(db: Database, params: Params, looks: int) -> Row | None:
    """The answer that is kept; None if there is none to come. Raises Occupied while a process counts."""
    row = db.ask(_LOOK_UP, params).row()
    while row is not None and row["first"] is None:
        if not row["is_mine"]:
            raise Occupied(params["question"])
        if not looks:
            return None
        looks -= 1
        time.sleep(_PAUSE)
        row = db.ask(_LOOK_UP, params).row()
    return row
