"""The words of customers and their spellings, of which nothing stays that nobody is called any more."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

from domain.customers import Customer
from projections.base import Database, Fact, Projection
from projections.search.customer_entries import FOLDS, IGNORED, CustomerFold
from projections.search.entries import Entry
from projections.search.index import Search
from projections.search.rows import entries_of, learn, put_in, take_out
from projections.search.words import is_spelt


class CustomerSearch(Projection):
    """The words by which customers are found, in tables like those of `Search`, but of their own.

    A spelling is known exactly while some customer of the company has its word: what is told of a person ends
    with them. Codes are not spelt.
    """

    name = "customer_search"
    version = 4
    mode = "inline"
    tables = ("customer_entries", "customer_words", "customer_spellings")
    folds = FOLDS
    ignores = IGNORED
    # NOTE: no statistics of words: they would keep some of them that nobody could erase.
    schema = (
        Search.schema.replace("search_", "customer_")
        + """
        ALTER TABLE customer_entries ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN more SET STATISTICS 0;
        ALTER TABLE customer_words ALTER COLUMN word SET STATISTICS 0, ALTER COLUMN text SET STATISTICS 0;
        ALTER TABLE customer_spellings ALTER COLUMN spelling SET STATISTICS 0,
            ALTER COLUMN word SET STATISTICS 0;
    """
    )

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Fold the facts into entries first, and write what differs in the end."""
        new = {fact.stream_id for fact in facts if fact.event is Customer.Registered}
        concerned = {fact.stream_id for fact in facts}.union(
            *(fact.data.customer_ids for fact in facts if fact.event is Customer.Erased)
        )
        before = entries_of(Customer.kind, concerned - new, db)
        folded = CustomerFold(before)
        for fact in facts:
            folded.take(fact)
        after = folded.entries
        gone = [entry for key, entry in before.items() if after.get(key) != entry]
        come = [entry for key, entry in after.items() if before.get(key) != entry]
        lost, gained = _words(gone) - _words(come), _words(come) - _words(gone)
        if not facts[0].is_recorded:
            _take_turns(lost, gained, db)
        take_out(gone, db)
        put_in(come, db)
        learn({(Customer.kind, word) for word in gained}, db)
        _unlearn(lost, db)


# Words may come side by side; one that may be the last of its kind goes alone, so that none who just got it
# is left without its spellings.
_HOLD: LiteralString = """
    SELECT pg_advisory_xact_lock_shared(hashtextextended(%(company_id)s::uuid::text || 'spellings', 0))
"""

_HOLD_ALONE: LiteralString = """
    SELECT pg_advisory_xact_lock(hashtextextended(%(company_id)s::uuid::text || 'spellings', 0))
"""

# The word that leads a name stands before the rest of it: a blank comes before "!", and nothing else does
# that is in a word. The limit has each looked up by itself, however small the planner takes the company for.
_UNLEARN: LiteralString = """
    WITH gone AS MATERIALIZED (
        SELECT lost.word FROM unnest(%(words)b::text[]) AS lost(word)
          LEFT JOIN LATERAL (
                SELECT true AS has_word FROM customer_words AS one
                 WHERE one.company_id = %(company_id)s AND one.kind = 'customers'
                   AND one.status = ANY(ARRAY['active', 'archived'])
                   AND one.place = ANY(ARRAY[0, 1])
                   AND one.word >= lost.word AND one.word < lost.word || '!'
                 LIMIT 1
               ) AS kept ON true
         WHERE kept.has_word IS NULL
    )
    DELETE FROM customer_spellings AS known
     USING (SELECT gone.word, gone.word AS spelling FROM gone
             UNION
            SELECT gone.word, left(gone.word, place - 1) || substr(gone.word, place + 1)
              FROM gone CROSS JOIN LATERAL generate_series(1, length(gone.word)) AS place) AS spelt
     WHERE known.company_id = %(company_id)s AND known.kind = 'customers'
       AND known.spelling = spelt.spelling AND known.word = spelt.word
"""


def _words(entries: Iterable[Entry]) -> set[str]:
    """The words of names among these that can be misspelt."""
    return {
        word for one in entries if one.kind == Customer.kind for word in one.text.split() if is_spelt(word)
    }


def _take_turns(lost: set[str], gained: set[str], db: Database) -> None:
    """Wait for other transactions, until the end of this one, where words may be gone for good."""
    if lost:
        db.execute(_HOLD_ALONE, {"company_id": db.company_id})
    elif gained:
        db.execute(_HOLD, {"company_id": db.company_id})


def _unlearn(lost: set[str], db: Database) -> None:
    """Forget how to spell those of these words that nobody has any more."""
    if lost:
        db.execute(_UNLEARN, {"company_id": db.company_id, "words": sorted(lost)})
