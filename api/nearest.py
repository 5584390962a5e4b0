"""What somebody may have meant who wrote a word that there is not."""

from collections.abc import Iterable
from difflib import get_close_matches

#: A longer word is no slip of the hand, and takes long to compare.
LONGEST = 40
#: How alike two words are at least, from 0 to 1: `qty` is meant for `quantity`.
ALIKE = 0.5
#: Of how many words all are named where none is near.
_FEW = 12


def nearest(word: str, words: Iterable[str], alike: float = ALIKE) -> str | None:
    """The word that is most like it; None if none is."""
    near = get_close_matches(word, list(words), 1, alike) if len(word) <= LONGEST else []
    return near[0] if near else None


def suggestion(word: str, words: Iterable[str]) -> str:
    """The nearest word as a question, else all if they are few, to stand behind a sentence; or nothing."""
    known = sorted(words)
    near = nearest(word, known)
    if near is not None:
        return f" Did you mean {near}?"
    return f" There are {', '.join(known)}." if 1 < len(known) <= _FEW else ""
