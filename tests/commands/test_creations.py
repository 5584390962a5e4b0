"""What makes a repetition of a request the very same request."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.creations import Content


class TestContent:
    ID = UUID(int=7)

    def test_knows_no_difference_that_means_nothing(self) -> None:
        values = {"id": self.ID, "lines": [{"quantity": Decimal("1.50"), "note": None}], "tags": []}
        same = {"lines": [{"quantity": Decimal("1.5")}], "id": self.ID, "note": ""}
        assert Content.of(values, [b"pepper"]) == Content.of(same, [b"pepper"])

    @pytest.mark.parametrize(
        "other", [{"a": 0}, {"a": False}, {"a": "1"}, {"b": 1}, {"a": [1]}, {"a": 1, "b": 0}, {}]
    )
    def test_knows_every_difference_that_does(self, other: dict[str, Any]) -> None:
        assert Content.of({"a": 1}, [b"pepper"]) != Content.of(other, [b"pepper"])

    def test_leaves_out_what_would_be_so_anyway(self) -> None:
        defaults = {"tip": 0, "is_active": True, "lines": {"cost": 0}}
        values = {"tip": 0, "is_active": True, "lines": [{"cost": 0, "sku": "A"}, {"cost": 1, "sku": "B"}]}
        less = {"lines": [{"sku": "A"}, {"cost": 1, "sku": "B"}]}
        assert Content.of(values, [b"pepper"], defaults) == Content.of(less, [b"pepper"], defaults)
        assert Content.of({"is_active": False}, [b"pepper"], defaults) != Content.of(
            {}, [b"pepper"], defaults
        )

    def test_cannot_be_made_without_the_servers_key(self) -> None:
        values = {"password": "secret"}
        assert Content.of(values, [b"new"]).fingerprint != Content.of(values, [b"old"]).fingerprint

    def test_made_under_a_former_key_is_still_known(self) -> None:
        earlier = Content.of({"a": 1}, [b"old"]).fingerprint
        assert Content.of({"a": 1}, [b"new", b"old"]).is_of(earlier)
        assert not Content.of({"a": 2}, [b"new", b"old"]).is_of(earlier)

    def test_knows_a_file_by_its_bytes(self) -> None:
        assert Content.of({"file": b"one"}, [b"pepper"]) != Content.of({"file": b"two"}, [b"pepper"])
