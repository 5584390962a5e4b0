"""How reports look for goods: by what they are called, as search folds it, with or without blanks."""

from projections.search.words import words_of


def searched(*texts: str) -> str:
    """Texts as they are looked into, each without its blanks, so that `cocacola` is in `Coca-Cola`."""
    return " ".join("".join(words_of(text)) for text in texts)


def looked_for(text: str | None) -> str | None:
    """What is looked for in them; None if that has no letters and digits, which then is nowhere."""
    return searched(text or "") or None
