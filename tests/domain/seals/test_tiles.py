"""Addresses of tiles, which are written in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.seals.tiles import NotATile, Tile, entry_bundle, read_tile


class TestAnAddress:
    @pytest.mark.parametrize(
        ("path", "number", "width"),
        [
            ("000", 0, 256),
            ("067", 67, 256),
            ("999.p/255", 999, 255),
            ("x001/000", 1_000, 256),
            ("x001/x234/067", 1_234_067, 256),
            ("x001/x234/067.p/1", 1_234_067, 1),
        ],
    )
    def test_is_written_in_groups_of_three_digits(self, path: str, number: int, width: int) -> None:
        tile = read_tile("0", path)
        assert (tile.number, tile.width, tile.path) == (number, width, path)

    @pytest.mark.parametrize(
        ("level", "path"),
        [
            *(("0", path) for path in ("", "0", "00", "0000", "x000", "x000/000", "001/002", "X001/000")),
            *(
                ("0", path)
                for path in ("000/", "/000", "000.p", "000.p/", "000.p/0", "000.p/01", "000.p/1000")
            ),
            *(("0", path) for path in ("000.p/256", "000.p/257", "000.p/1/2", "000.q/1", "x001/x002", "-01")),
            *(
                ("0", path)
                for path in ("\u0660\u0660\u0660", "000\n", "000.p/1\n", "abc", "x001/x000/x000", "000.p/-1")
            ),
            *((level, "000") for level in ("", "00", "01", "-1", "64", "100", "x", "1.0", "\u0663")),
        ],
    )
    def test_of_another_shape_is_none(self, level: str, path: str) -> None:
        with pytest.raises(NotATile):
            read_tile(level, path)

    @given(st.integers(0, 63), st.integers(0, 2**60), st.integers(1, 256))
    def test_leads_back_to_its_tile(self, level: int, number: int, width: int) -> None:
        tile = Tile(level=level, number=number, width=width)
        assert read_tile(str(level), tile.path) == tile


def test_a_tile_is_there_from_the_size_on_that_has_all_of_it() -> None:
    assert Tile(level=0, number=0, width=1).size == 1
    assert Tile(level=0, number=273, width=112).size == 70_000
    assert Tile(level=1, number=0).size == 65_536
    assert Tile(level=1, number=1, width=17).size == 69_888


def test_entries_stand_behind_their_length() -> None:
    assert entry_bundle([b"a" * 32, b"bc"]) == b"\x00\x20" + b"a" * 32 + b"\x00\x02bc"
