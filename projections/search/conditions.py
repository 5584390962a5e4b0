"""Conditions on words: what a name must have to be found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from projections.search.tokens import is_unspaced
from projections.search.words import END, LONGEST_INSIDE, words_of

#: The conditions as a table of a statement, from the columns that `params_of` makes.
CONDITIONS: LiteralString = """condition AS MATERIALIZED (
        SELECT unnest(%(kinds)b::text[]) AS kind, unnest(%(words)b::text[]) AS word,
               unnest(%(uptos)b::text[]) AS upto, unnest(%(rests)b::text[])::text[] AS rest,
               unnest(%(ranks)b::bigint[]) AS rank
    )"""

#: Of the words of one kind and status, a row `one` of search_words: whether it meets a condition.
MEETS_CONDITION: LiteralString = """
               one.word >= condition.word AND one.word < condition.upto
               AND one.shared < length(condition.word) AND one.text LIKE ALL (condition.rest)
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """What has a word that begins like this one and, for each of the rest, one that begins like that.

    `rank` says how good a match that is; 0 is the best. `is_whole` is for the word alone, and for a name that
    begins with it.
    """

    kind: str
    word: str
    rest: tuple[str, ...] = ()
    rank: int = 0
    is_whole: bool = False

    @property
    def upto(self) -> str:
        """Where the range of words that begin like this one ends; whatever is in a word comes after "!"."""
        return self.word + ("!" if self.is_whole else END)

    @property
    def patterns(self) -> list[str]:
        """What a text with the rest looks like; words hold neither quotes nor wildcards."""
        return [pattern_of(word) for word in self.rest]


def pattern_of(word: str) -> str:
    """What a text looks like with a word that begins so: within another one where no blanks are written."""
    return f"%{word}%" if is_unspaced(word) else f"% {word}%"


def beginning_of(word: str) -> str:
    """As much of a word as is kept of what stands inside others."""
    return word[:LONGEST_INSIDE] if is_unspaced(word) else word


def having(kind: str, word: str, others: Iterable[str] = (), rank: int = 0) -> Condition:
    """The condition to have a word, which is looked up, and others."""
    beginning = beginning_of(word)
    rest = without(others, word)
    return Condition(kind, beginning, rest if beginning == word else (word, *rest), rank)


def params_of(conditions: Sequence[Condition]) -> dict[str, Any]:
    """The columns of a statement's `conditions`."""
    return {
        "kinds": [one.kind for one in conditions],
        "words": [one.word for one in conditions],
        "uptos": [one.upto for one in conditions],
        "rests": ["{" + ",".join(f'"{pattern}"' for pattern in one.patterns) + "}" for one in conditions],
        "ranks": [one.rank for one in conditions],
    }


def needed_words(text: str) -> list[str]:
    """The words of a text, save those with which another one begins: that one implies them."""
    words = list(dict.fromkeys(words_of(text)))
    return [one for one in words if not any(one != word and word.startswith(one) for word in words)]


def without(words: Iterable[str], word: str) -> tuple[str, ...]:
    """The other words."""
    return tuple(one for one in words if one != word)
