"""What was meant by a text in which words are misspelt."""

from collections.abc import Sequence

from projections.base import Database
from projections.search.conditions import Condition, having
from projections.search.entries import VARIANTS
from projections.search.tables import InTables, in_both
from projections.search.words import END, FORGIVEN, FORGIVEN_UNFINISHED, slips, spellings

#: How many corrections of one word, and of the whole text, are tried.
CORRECTIONS, ATTEMPTS = 5, 8

_SPELLINGS: InTables = in_both("""
    SELECT DISTINCT attempt.number, spelt.word
      FROM (SELECT unnest(%(spellings)b::text[]) AS spelling, unnest(%(uptos)b::text[]) AS upto,
                   unnest(%(numbers)b::bigint[]) AS number) AS attempt
     CROSS JOIN unnest(%(kinds)b::text[]) AS of(kind)
     CROSS JOIN LATERAL (
            SELECT word FROM search_spellings AS one
             WHERE one.company_id = %(company_id)s AND one.kind = of.kind
               AND one.spelling >= attempt.spelling AND one.spelling < attempt.upto
             ORDER BY one.spelling, one.word
             LIMIT 100
           ) AS spelt
""")


def corrected(db: Database, kinds: Sequence[str], words: Sequence[str]) -> list[Condition]:
    """The likeliest corrections, the one with the fewest slips first."""
    # The best of all are among what follows from the best beginnings.
    attempts: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    for choice in _corrections(db, kinds, words):
        attempts = sorted(
            (number + more, (*chosen, word)) for number, chosen in attempts for more, word in choice
        )[: ATTEMPTS + 1]
    conditions = []
    for rank, (number, chosen) in enumerate(attempts):
        for kind in kinds if number else ():
            leading = chosen if kind == VARIANTS else (max(chosen, key=len),)
            conditions += [having(kind, word, chosen, rank) for word in leading]
    return conditions


def _corrections(db: Database, kinds: Sequence[str], words: Sequence[str]) -> list[list[tuple[int, str]]]:
    """For each word, the known words that may have been meant, each after its number of slips."""
    attempts = [
        (index, spelling, _upto(spelling, word))
        for index, word in enumerate(words)
        if _is_forgiven(word)
        for spelling in sorted(spellings(word))
    ]
    choices: list[dict[str, int]] = [{} if _is_forgiven(word) else {word: 0} for word in words]
    params = {
        "company_id": db.company_id,
        "kinds": list(kinds),
        "numbers": [index for index, _, _ in attempts],
        "spellings": [spelling for _, spelling, _ in attempts],
        "uptos": [upto for _, _, upto in attempts],
    }
    for row in db.ask(_SPELLINGS.of(kinds[0]), params).rows() if attempts else ():
        typed = words[row["number"]]
        number = slips(typed, row["word"])
        if number is not None:
            choices[row["number"]][row["word"] if number else typed] = number
    return [sorted((number, word) for word, number in one.items())[:CORRECTIONS] for one in choices]


def _is_forgiven(word: str) -> bool:
    return len(word) >= FORGIVEN and word.isalpha()


def _upto(spelling: str, word: str) -> str:
    """Where the range of a spelling ends. A word as it was typed, or a long one, may be unfinished."""
    return spelling + (END if spelling == word or len(word) >= FORGIVEN_UNFINISHED else " ")
