"""What is wanted, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from projections.search.words import END, words_of

#: What is wanted as a table of a statement, from the columns that `params_of` makes.
WANTED: LiteralString = """wanted AS MATERIALIZED (
        SELECT kind, word, upto, rest::text[] AS rest, place
          FROM unnest(%(kinds)b::text[], %(words)b::text[], %(uptos)b::text[], %(rests)b::text[],
                      %(places)b::bigint[]) AS told(kind, word, upto, rest, place)
    )"""

#: Of the words of one kind and status, a row `one` of search_words: whether it is what is wanted.
IS_WANTED: LiteralString = """
               one.word >= wanted.word AND one.word < wanted.upto
               AND one.shared < length(wanted.word) AND one.text LIKE ALL (wanted.rest)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has a word that begins like this one and, for each of the rest, one that begins like that.

    `place` says how good a match that is; 0 is the best.
    """

    kind: str
    word: str
    rest: tuple[str, ...] = ()
    place: int = 0

    @property
    def upto(self) -> str:
        """Where the range of words that begin like this one ends."""
        return self.word + END

    @property
    def patterns(self) -> list[str]:
        """What a text with the rest looks like; words hold neither blanks nor quotes nor wildcards."""
        return [f"% {word}%" for word in self.rest]


def params_of(wanted: Sequence[Wanted]) -> dict[str, Any]:
    """The columns of a statement's `wanted`."""
    return {
        "kinds": [one.kind for one in wanted],
        "words": [one.word for one in wanted],
        "uptos": [one.upto for one in wanted],
        "rests": ["{" + ",".join(f'"{pattern}"' for pattern in one.patterns) + "}" for one in wanted],
        "places": [one.place for one in wanted],
    }


def needed_words(text: str) -> list[str]:
    """The words of a text, save those with which another one begins: that one implies them."""
    words = list(dict.fromkeys(words_of(text)))
    return [one for one in words if not any(one != word and word.startswith(one) for word in words)]


def without(words: Iterable[str], word: str) -> tuple[str, ...]:
    """The other words."""
    return tuple(one for one in words if one != word)
