"""What somebody may have meant who wrote a word that there is not."""

from collections.abc import Iterable
from difflib import get_close_matches

#: A longer word is no slip of the hand, and takes long to compare.
LONGEST = 40
#: How alike two words are at least, from 0 to 1: `nmae` is meant for `name`, and `start` not for `sort`.
_ALIKE = 0.75
#: What is shorter is a part of too many words.
_SHORTEST = 3
#: Of how many words all are named where none is near.
_FEW = 12


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that is most like it, else the first that is a part of it or has it; None if there is none."""
    if len(word) > LONGEST:
        return None
    known = list(words)
    near = get_close_matches(word, known, 1, _ALIKE)
    return near[0] if near else next((one for one in known if _is_part(word, one)), None)


def _is_part(word: str, other: str) -> bool:
    """Whether one begins or ends with the other, as `page_size` with `page`, or is short for it, as `qty`."""
    short, long = sorted((word, other), key=len)
    if len(short) < _SHORTEST:
        return False
    return long.startswith(short) or long.endswith(short) or _is_short_for(word, other)


def _is_short_for(word: str, whole: str) -> bool:
    """Whether it has the ends of one whole word, and between them some of its letters in their order."""
    letters = iter(whole)
    has_ends = (word[0], word[-1]) == (whole[0], whole[-1])
    return has_ends and whole.isalpha() and all(letter in letters for letter in word)


def suggestion(word: str, words: Iterable[str]) -> str:
    """The nearest word as a question, else all if they are few, to stand behind a sentence; or nothing."""
    known = sorted(words)
    near = nearest(word, known)
    if near is not None:
        return f" Did you mean {near}?"
    return f" There are {', '.join(known)}." if 1 < len(known) <= _FEW else ""
