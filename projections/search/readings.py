"""How else a text can be read: words as one (`cocacola`) or as several (`7 up`), and without articles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from projections.base import Database
from projections.search.conditions import Condition, beginning_of, pattern_of, without
from projections.search.entries import VARIANTS
from projections.search.tables import InTables, in_both
from projections.search.tokens import article_before, elided_in, is_unspaced
from projections.search.words import words_of

#: How many readings are tried, of how many words a text is at most that can be read otherwise, and of how
#: many letters a word that may be two.
MOST, MOST_WORDS, LONGEST = 12, 8, 30
#: What hangs on a word by an apostrophe that may be left out; nothing else of a single letter is a word.
_ARTICLES = frozenset("cdjlmnost")
_SHORTEST = 2

# Whether something has it; what is looked up of it is the rarer, as it is longer. The limit has each term
# looked up by itself: of a company taken for small the server would compare all words with all terms.
_KNOWN: InTables = in_both("""
    SELECT term.number
      FROM (SELECT unnest(%(words)b::text[]) AS word, unnest(%(uptos)b::text[]) AS upto,
                   unnest(%(patterns)b::text[]) AS pattern,
                   generate_subscripts(%(words)b::text[], 1) AS number) AS term
     CROSS JOIN LATERAL (
            SELECT FROM search_words AS one
             WHERE one.company_id = %(company_id)s AND one.kind = ANY(%(kinds)b::text[])
               AND one.status = ANY(%(statuses)b::text[]) AND one.place = ANY(ARRAY[0, 1, 2])
               AND one.word >= term.word AND one.word < term.upto AND one.text LIKE term.pattern
             LIMIT 1
           ) AS found
""")


@dataclass(frozen=True, slots=True)
class _Term:
    """A beginning of a word that is looked for, or of the second of two words side by side."""

    text: str
    #: Which word of it is looked up, and whether it is to be that word and no longer one.
    word: str
    is_whole: bool = False

    def condition(self, kind: str, others: Sequence[str], rank: int) -> Condition:
        """The condition to have it and the others."""
        word = beginning_of(self.word)
        rest = without(others, self.text)
        more = (self.text, *rest) if word != self.text else rest
        return Condition(kind, word, more, rank, is_whole=self.is_whole)


_Reading = tuple[_Term, ...]


class Readings:
    """What else a text may mean within some kinds: asked at once, read when it is needed."""

    def __init__(self, db: Database, kinds: Sequence[str], text: str, *, statuses: Sequence[str]) -> None:
        self._kinds = kinds
        self._words = words_of(text)
        self._dropped = elided_in(text) if len(self._words) <= MOST_WORDS else set()
        pairs = zip(self._words, self._words[1:], strict=False)
        terms = [
            *(_joined(*pair) for pair in pairs),
            *(term for word in self._words for term in _divided(word)),
        ]
        self._terms = terms if len(self._words) <= MOST_WORDS else []
        conditions = [term.condition(kinds[0], (), 0) for term in self._terms]
        params = {
            "company_id": db.company_id,
            "kinds": list(kinds),
            "statuses": list(statuses),
            "words": [one.word for one in conditions],
            "uptos": [one.upto for one in conditions],
            "patterns": [pattern_of(term.text) for term in self._terms],
        }
        self._known = db.ask(_KNOWN.of(kinds[0]), params) if self._terms else None

    def conditions(self) -> list[Condition]:
        """One for each kind and reading, the fewer words are read otherwise the better."""
        rows = self._known.rows() if self._known else ()
        known = {self._terms[row["number"] - 1].text: self._terms[row["number"] - 1] for row in rows}
        conditions = []
        if not known and not self._dropped:
            return []
        for changes, reading in islice(self._read(0, known), MOST):
            texts = tuple(dict.fromkeys(term.text for term in reading))
            for kind in self._kinds if changes and reading else ():
                leading = reading if kind == VARIANTS else (max(reading, key=lambda term: len(term.word)),)
                conditions += [term.condition(kind, texts, changes + 1) for term in leading]
        return conditions

    def _read(self, start: int, known: dict[str, _Term]) -> Iterator[tuple[int, _Reading]]:
        """Each way to read the words from one on, with how many of them it changes."""
        if start == len(self._words):
            yield 0, ()
            return
        word = self._words[start]
        choices: list[tuple[int, _Reading, int]] = [(0, (_Term(word, word),), 1)]
        choices += [(1, (known[one.text],), 1) for one in _divided(word) if one.text in known]
        joined = word + self._words[start + 1] if start + 1 < len(self._words) else ""
        if joined in known:
            choices.append((1, (known[joined],), 2))
        if word in self._dropped:
            choices.append((1, (), 1))
        for more, terms, taken in choices:
            for changes, reading in self._read(start + taken, known):
                yield more + changes, (*terms, *reading)


def _joined(first: str, second: str) -> _Term:
    return _Term(first + second, first + second)


def _divided(word: str) -> Iterator[_Term]:
    """The word as two, at each place where it may be."""
    if len(word) > LONGEST:
        return
    if parts := article_before(word):
        yield _Term(" ".join(parts), parts[1])
    for place in range(1, len(word)):
        first, second = word[:place], word[place:]
        if first[-1].isdigit() != second[0].isdigit() or _are_words(first, second):
            is_whole = len(first) >= len(second)
            yield _Term(f"{first} {second}", first if is_whole else second, is_whole)


def _are_words(first: str, second: str) -> bool:
    if len(second) < _SHORTEST:
        return False
    if is_unspaced(first):
        # Marks of these scripts are no letters; whoever writes blanks in them does so between any two.
        return len(first) >= _SHORTEST
    return first.isalpha() and second.isalpha() and (len(first) >= _SHORTEST or first in _ARTICLES)
