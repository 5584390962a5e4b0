"""What somebody may have meant: what is near is named, and nothing is that only has some of its letters."""

import pytest

from api.nearest import nearest

PARAMETERS = ["after", "from", "limit", "page", "quantity", "sort", "status", "store_id", "trial_ends_at"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("form", "from"),
        ("frmo", "from"),
        ("limits", "limit"),
        ("storeId", "store_id"),
        ("store", "store_id"),
        ("page_size", "page"),
        ("per_page", "page"),
        ("from_date", "from"),
        ("qty", "quantity"),
    ],
)
def test_slips_parts_and_short_forms_are_near(word: str, meant: str) -> None:
    assert nearest(word, PARAMETERS) == meant


@pytest.mark.parametrize("word", ["foo", "bar", "x", "q", "", "date", "start", "format", "test", "s" * 41])
def test_other_words_are_not(word: str) -> None:
    assert nearest(word, PARAMETERS) is None
