"""Answers about ranges of days, kept for whoever asks the same again while nothing in them has changed.

    ask = cached(_ask_anew, key="brand_id", names={"": …}, filters={"channel"}, made_by=_STATEMENTS)

Figures are kept; what their rows are called is asked anew each time. They are kept with the state of what
they follow from, and are an answer for as long as that is the state: so a period that is over stays kept
however much is sold after it, and a fact that comes late changes it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database, Params, Row
from projections.reports.grouped import STORES, params_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Question, Result

#: Fewer days are added up as fast as they are looked up: a day takes about 5 ms.
FEWEST_DAYS = 4
#: 2,500 rows take 30 ms to read again; longer lists are those of files, which are asked for once.
MOST_ROWS = 5_000
#: How much is kept of a company, the newest; 64 MB are some twenty thousand pages.
MOST_BYTES = 64 * 2**20
#: What a row takes beside its keys and its text.
_ROW_BYTES = 200
#: Raise this when what is kept would be read in another way.
_FORM = 1

# Positions of facts only rise, so that the last one says which of them there are, of all months that the
# range touches: 457 stores have 5,500 rows of a year, which take 0.6 ms. A cut at or beyond it leaves none
# out; one before it is another question, which has no state. A read model that is made anew may have other
# figures at the same positions. The tree of categories is that of now.
_STATE: LiteralString = f"""
    SELECT CASE WHEN last.position <= %(position)s::bigint THEN concat(last.position, '/', (
                SELECT extract(epoch FROM made_at) FROM projection_checkpoints
                 WHERE company_id = %(company_id)s AND projection = %(projection)s::text), '/', (
                SELECT md5(string_agg(concat(id, parent_id), ',' ORDER BY id)) FROM settings
                 WHERE company_id = %(company_id)s AND kind = 'categories'
                   AND %(category)s::uuid IS NOT NULL)) END AS state
      FROM (SELECT coalesce(max(last_position), 0) AS position
              FROM sales_store_month
             WHERE company_id = %(company_id)s
               AND month BETWEEN %(first_month)s::date AND %(to_date)s::date{STORES}) AS last
"""

# Kept only if it is still the state: then nothing came in between, whatever the statements of the question
# saw. Of two who ask the same at once the second finds it kept.
_KEEP: LiteralString = f"""
    INSERT INTO range_cache AS kept (company_id, question, state, keys, answer, bytes)
    SELECT %(company_id)s, %(question)s::bytea, now.state, %(keys)b::uuid[], %(answer)s::text, %(bytes)s::int
      FROM ({_STATE}) AS now
     WHERE now.state = %(state)s::text
        ON CONFLICT (company_id, question) DO UPDATE
       SET state = excluded.state, keys = excluded.keys, answer = excluded.answer, bytes = excluded.bytes,
           kept_at = excluded.kept_at
     WHERE kept.state <> excluded.state
"""

_EVICT: LiteralString = """
    DELETE FROM range_cache
     WHERE company_id = %(company_id)s AND question IN (
           SELECT question
             FROM (SELECT question, sum(bytes) OVER (ORDER BY kept_at DESC, question) AS upto
                     FROM range_cache WHERE company_id = %(company_id)s) AS newest
            WHERE upto > %(most)s::bigint)
"""


def _look_up(key: LiteralString, names: LiteralString) -> LiteralString:
    """The state, and what is kept of it, with what its rows are called."""
    called: LiteralString = ", called.*" if names else ""
    return f"""
    WITH kept AS MATERIALIZED (
        SELECT now.state, cache.keys, cache.answer
          FROM ({_STATE}) AS now
          LEFT JOIN range_cache AS cache ON cache.company_id = %(company_id)s
                                        AND cache.question = %(question)s::bytea AND cache.state = now.state
    )
    SELECT kept.state, CASE WHEN coalesce(page.place, 1) = 1 THEN kept.answer END AS answer,
           page.place, page.{key}{called}
      FROM kept
      LEFT JOIN unnest(kept.keys) WITH ORDINALITY AS page({key}, place) ON true{names}
     ORDER BY page.place
"""


@dataclass(frozen=True, kw_only=True)
class Cached:
    """A question that is answered from what is kept, if it is, and is kept once it was answered.

    Its figures follow from facts of sales in the period and the stores alone, and from the tree of categories
    where one is asked for; `filters` are those that say nothing else.
    """

    question: Question
    #: The column of its rows that tells them apart, an id, and those that say what it is called.
    key: LiteralString
    named: AbstractSet[str]
    filters: AbstractSet[str]
    #: What looks it up, by the group, the usual one first.
    statements: Mapping[str, LiteralString]
    #: Of the statements that it is answered by: when they change, what is kept is no answer any more.
    digest: str

    def __call__(self, db: Database, criteria: Criteria) -> Pending[Result]:
        """Ask it."""
        if criteria.keep is None or not self._may_be_kept(criteria):
            return self.question(db, criteria)
        params = self._params(db, criteria)
        answer = (criteria.kept or db).ask(
            self.statements[criteria.group or next(iter(self.statements))], params
        )

        def found() -> Result:
            rows = answer.rows()
            text, state = rows[0]["answer"], rows[0]["state"]
            return self._ask_anew(db, criteria, params, state) if text is None else _read(text, rows)

        return Pending(found)

    def _may_be_kept(self, criteria: Criteria) -> bool:
        filters = {name for name, value in criteria.filters.items() if value is not None}
        return criteria.basis == "current" and criteria.period.days >= FEWEST_DAYS and filters <= self.filters

    def _params(self, db: Database, criteria: Criteria) -> Params:
        """What the statements take; the question is known by all that is asked, save up to which position."""
        stores = None if criteria.stores is None else sorted({*map(str, criteria.stores)})
        page = (criteria.group, criteria.sort, criteria.page, criteria.limit, criteria.keys)
        period = (criteria.period.from_date, criteria.period.to_date)
        question = [_FORM, self.digest, *period, stores, *page, sorted(criteria.filters.items())]
        return {
            **params_of(db, criteria),
            "first_month": criteria.period.from_date.replace(day=1),
            "projection": SalesReports.name,
            "question": hashlib.sha256(json.dumps(question, default=str).encode()).digest(),
        }

    def _ask_anew(self, db: Database, criteria: Criteria, params: Params, state: str | None) -> Result:
        found = self.question(db, criteria).read()
        if criteria.keep and state is not None and len(found.rows) <= MOST_ROWS:
            criteria.keep(_KEEP, {**params, "state": state, **self._written(found)})
            criteria.keep(_EVICT, {"company_id": db.company_id, "most": MOST_BYTES})
        return found

    def _written(self, found: Result) -> Row:
        """What is kept of an answer: ids, for names to be found by, and figures."""
        keys = [row[self.key] for row in found.rows]
        left = self.named | {self.key}
        figures = [name for row in found.rows[:1] for name in row if name not in left]
        rows = [[row[name] for name in figures] for row in found.rows]
        kept = {"figures": figures, "rows": rows, "overall": found.overall, "count": found.count}
        text = json.dumps(kept, default=_tagged, separators=(",", ":"))
        return {"keys": keys, "answer": text, "bytes": len(text) + 16 * len(keys) + _ROW_BYTES}


def cached(
    question: Question,
    *,
    key: LiteralString,
    names: Mapping[LiteralString, LiteralString],
    made_by: Iterable[LiteralString],
    named: Iterable[str] = (),
    filters: Iterable[str] = (),
) -> Cached:
    """The question, answered from what is kept where it can be.

    `names` are by the group, the usual one first, joins of a row `called` to a row `page`, of which the `key`
    is known; what it is called are the columns `named`. `made_by` are the question's statements.
    """
    return Cached(
        question=question,
        key=key,
        named={*named},
        filters={*filters},
        statements={group: _look_up(key, joins) for group, joins in names.items()},
        digest=hashlib.sha256("\n".join(made_by).encode()).hexdigest(),
    )


def _read(text: str, named: list[Row]) -> Result:
    """An answer as it was before it was kept, its rows under what they are called now."""
    kept = json.loads(text, object_hook=_untagged)
    for row in named:
        for name in _OF_CACHE:
            del row[name]
    rows = [
        {**dict(zip(kept["figures"], values, strict=True)), **called}
        for values, called in zip(kept["rows"], named, strict=False)
    ]
    return Result(rows=rows, overall=kept["overall"], count=kept["count"])


#: What a row of the cache says beside the key and the names of a row of the answer.
_OF_CACHE = ("state", "answer", "place")
#: JSON tells quantities from amounts by this name.
_DECIMAL = "decimal"


def _tagged(value: object) -> dict[str, str]:
    """A quantity as JSON keeps it, with every digit. Raises TypeError for what is no figure."""
    if not isinstance(value, Decimal):
        raise TypeError(type(value))
    return {_DECIMAL: str(value)}


def _untagged(value: dict[str, Any]) -> Any:
    return Decimal(value[_DECIMAL]) if value.keys() == {_DECIMAL} else value
