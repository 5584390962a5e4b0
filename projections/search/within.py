"""Lists that are short enough to be read whole are searched within names, with all blanks left out."""

from typing import LiteralString

from domain.settings import name_key
from projections.search.tokens import articles_in
from projections.search.words import words_of

_HAS_ALL: LiteralString = """(cardinality(%(bare)b::text[]) > 0
            AND NOT EXISTS (SELECT FROM unnest(%(bare)b::text[]) AS term(word)
                             WHERE position(term.word IN coalesce({text}, '')) = 0))"""


def has_all(text: LiteralString) -> LiteralString:
    """The condition that a text, made by `joined_words`, has all of what is typed; see `typed_words`."""
    return _HAS_ALL.replace("{text}", text)


def joined_words(*texts: str | None) -> str:
    """The words of texts without blanks, so that it does not matter where somebody puts some."""
    return " ".join("".join(words_of(text)) for text in texts if text)


def typed_words(text: str | None) -> dict[str, list[str]]:
    """The parameters of lists: `words` as they are typed, and `bare` as they are found in joined words."""
    return {"words": name_key(text or "").split(), "bare": bare_words(text or "")}


def bare_words(text: str) -> list[str]:
    """The words of what is typed, as they are found in joined words; an article is not looked for."""
    articles = articles_in(text)
    return [word for word in words_of(text) if word not in articles]
