"""What can be seen of a name."""

import pytest

from domain.names import is_deceptive, is_one_line, is_visible, one_line


@pytest.mark.parametrize("name", ["Ada", "7", "مریم\u200cگل", "\U0001f469\u200d\U0001f373", "-", "李"])
def test_a_name_that_is_written_somewhere_is_one(name: str) -> None:
    assert is_visible(name)
    assert not is_deceptive(name)


@pytest.mark.parametrize(
    "name", ["", " ", "\u200b", "\ufeff\u2060", "\u202e", "\u3164", "\u2028", "\u0301", "\x85"]
)
def test_what_nobody_can_see_is_none(name: str) -> None:
    assert not is_visible(name)


@pytest.mark.parametrize("mark", ["\u202e", "\u202a", "\u2066", "\u2069", "\u2028", "\u2029"])
def test_what_reads_otherwise_than_it_is_written_is_none(mark: str) -> None:
    assert is_deceptive(f"Ada{mark}")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x1c", "\x85", "\u2028"])
def test_what_ends_a_line_makes_two_of_a_name(end: str) -> None:
    assert not is_one_line(f"Ada{end}Bcc: x@y.example")
    assert one_line(f"Ada{end}Lovelace") == "Ada Lovelace"


def test_a_tab_is_a_blank() -> None:
    assert is_one_line("Ada\tLovelace")
