"""How much one look at the log shows, and how two states differ."""

from typing import Any
from uuid import UUID, uuid4

from projections.audit import FOLDED, LONGEST, Look, bearable, difference

ONE, OTHER = uuid4(), uuid4()


def event(stream_id: UUID, version: int, size: int = 100) -> dict[str, Any]:
    return {"position": 1, "stream_id": stream_id, "stream_version": version, "size": size}


class TestALook:
    def test_shows_all_that_is_little(self) -> None:
        assert bearable([]) == 0
        assert bearable([event(uuid4(), 1) for _ in range(100)]) == 100

    def test_ends_before_too_much_would_have_to_be_folded(self) -> None:
        assert bearable([event(ONE, FOLDED - 1), event(OTHER, 1), event(OTHER, 2)]) == 2

    def test_folds_an_aggregate_once_for_all_its_events(self) -> None:
        assert bearable([event(ONE, FOLDED - 100 + n) for n in range(100)]) == 100

    def test_folds_as_much_where_it_goes_backwards(self) -> None:
        assert bearable([event(ONE, FOLDED), event(ONE, FOLDED - 1), event(OTHER, 1)]) == 2

    def test_ends_before_the_answer_grows_too_long(self) -> None:
        assert bearable([event(uuid4(), 1, LONGEST // 2) for _ in range(4)]) == 2

    def test_shows_one_event_however_much_that_is(self) -> None:
        assert bearable([event(ONE, FOLDED * 2, LONGEST * 2), event(OTHER, 1)]) == 1

    def test_needs_each_aggregate_before_and_after(self) -> None:
        look = Look([event(ONE, 1), event(OTHER, 7), event(OTHER, 8)], None, has_more=False)
        assert look.versions() == {ONE: {0, 1}, OTHER: {6, 7, 8}}


class TestADifference:
    def test_names_only_what_differs(self) -> None:
        assert difference({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"b": 2}, {"b": 3})
        assert difference({"a": 1}, {"a": 1}) == ({}, {})

    def test_looks_into_objects_and_takes_lists_as_they_are(self) -> None:
        before, after = {"a": {"x": 1, "y": {"z": 1}}, "b": [1, 2]}, {"a": {"x": 1, "y": {"z": 2}}, "b": [1]}
        assert difference(before, after) == (
            {"a": {"y": {"z": 1}}, "b": [1, 2]},
            {"a": {"y": {"z": 2}}, "b": [1]},
        )

    def test_is_null_where_there_was_nothing(self) -> None:
        assert difference({}, {"a": {"x": 1}}) == ({"a": None}, {"a": {"x": 1}})
        assert difference({"a": 1}, {}) == ({"a": 1}, {"a": None})
        assert difference({}, {"a": None}) == ({}, {})
