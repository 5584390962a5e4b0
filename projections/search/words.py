"""How names are compared when somebody looks for them: as words, by their beginnings, forgiving a slip."""

from collections.abc import Iterable, Sequence
from itertools import islice, pairwise

from domain.phones import is_phone, phone_key
from projections.search.tokens import beginnings_inside, words_in

#: What of a word, and of a whole text, is kept to be found by, in characters.
LONGEST_WORD = 200
LONGEST_TEXT = 400
#: Of what stands inside a word of a script without blanks: how much is kept of each, and of how many.
LONGEST_INSIDE, MOST_INSIDE = 24, 64
#: Follows every text that begins with what stands before it.
END = "\U0010ffff"
#: From so many letters on, a word may be misspelt, may be misspelt while it is still being typed, and may be
#: two slips away.
FORGIVEN, FORGIVEN_UNFINISHED, FORGIVEN_TWICE = 4, 6, 8


def words_of(text: str) -> list[str]:
    """The words of a text in its order. Letter case, accents and punctuation do not count."""
    return [word[:LONGEST_WORD] for word in words_in(text)]


def inside(words: Sequence[str]) -> list[str]:
    """By what else these words are found: what begins inside those of scripts without blanks, sorted."""
    if all(map(str.isascii, words)):
        return []
    found = (one[:LONGEST_INSIDE] for word in words for one in beginnings_inside(word))
    return sorted(set(islice(found, MOST_INSIDE)).difference(words))


def code_of(code: str | None) -> str:
    """A number or an address as one word, however it is grouped or punctuated."""
    return "".join(words_of(code or ""))[:LONGEST_WORD]


def phone_code(phone: str | None) -> str | None:
    """A telephone number as its code is made of: `0049 30 1234` is found as `+49 (30) 12-34` is."""
    return phone_key(phone) if phone and is_phone(phone) else phone


def text_of(words: Iterable[str]) -> str:
    """Words as one text, in which each word stands after a blank."""
    return "".join([f" {word}" for word in words])[:LONGEST_TEXT]


def shared_beginnings(words: Sequence[str]) -> list[int]:
    """With how many letters each of these sorted words begins like the one before it.

    Of the words that begin alike, just one does not share that beginning with the one before it: to count
    whatever has such a word, count the words that share less than what is looked for.
    """
    return [0, *(_alike(one, other) for one, other in pairwise(words))][: len(words)]


def _alike(one: str, other: str) -> int:
    if one[0] != other[0]:
        return 0
    number = 0
    for letter, same in zip(one, other, strict=False):
        if letter != same:
            break
        number += 1
    return number


def shared_inside(found: Sequence[str], words: Sequence[str]) -> list[int]:
    """With how many letters each of these begins like the one before it, or like any of the words."""
    return [
        max(number, *(_alike(one, word) for word in words))
        for one, number in zip(found, shared_beginnings(found), strict=True)
    ]


def is_spelt(word: str) -> bool:
    """Whether it is a word that one can misspell; a number is another number with every slip."""
    return FORGIVEN - 1 <= len(word) <= LONGEST_WORD // 4 and word.isalpha()


def spellings(word: str) -> set[str]:
    """The word, and the word without each of its letters.

    Two words that are a slip apart (a letter too many, missing, wrong, or two swapped) have one in common.
    """
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}


def slips(typed: str, word: str) -> int | None:
    """How many slips lead from the word to what was typed, or None when there are more than are forgiven.

    Slips are counted as by Damerau and Levenshtein: a letter too many, missing, wrong, or swapped with its
    neighbour. What was typed may be the beginning of a longer word.
    """
    if word.startswith(typed):
        return 0
    allowed = 2 if len(typed) >= FORGIVEN_TWICE else 1
    if len(typed) < FORGIVEN or len(word) < len(typed) - allowed:
        return None
    unfinished = len(typed) >= FORGIVEN_UNFINISHED
    word = word[: len(typed) + allowed] if unfinished else word
    before: list[int] = []
    row = list(range(len(word) + 1))
    for typed_index, letter in enumerate(typed, start=1):
        following = [typed_index]
        for index, other in enumerate(word, start=1):
            least = min(row[index] + 1, following[-1] + 1, row[index - 1] + (letter != other))
            swapped = typed_index > 1 and index > 1 and letter == word[index - 2]
            if swapped and typed[typed_index - 2] == other:
                least = min(least, before[index - 2] + 1)
            following.append(least)
        before, row = row, following
    fewest = min(row) if unfinished else row[-1]
    return fewest if fewest <= allowed else None
