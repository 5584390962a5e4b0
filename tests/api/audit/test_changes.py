"""What changed between two states, field by field."""

from api.audit.stories.changes import changed_fields


class TestChangedFields:
    def test_lie_within_others(self) -> None:
        before = {"name": "Salt", "variants": {"a": {"price": 249, "sku": "S"}}}
        after = {"name": "Salt", "variants": {"a": {"price": 279, "sku": "S"}}}
        assert changed_fields(before, after) == [("variants.a.price", 249, 279)]

    def test_do_not_say_again_what_the_way_to_them_says(self) -> None:
        assert changed_fields({}, {"variants": {"a": {"id": "a", "price": 249}}}) == [
            ("variants.a.price", None, 249)
        ]
        assert changed_fields({}, {"lines": ({"id": "x", "sku": "S", "tags": ()},)}) == [
            ("lines.x.sku", None, "S")
        ]

    def test_of_things_in_lists_are_named_by_what_tells_these_apart(self) -> None:
        before = {"lines": [{"id": "x", "quantity": "2"}, {"id": "y", "quantity": "1"}]}
        after = {"lines": [{"id": "y", "quantity": "3"}, {"id": "x", "quantity": "2"}]}
        assert changed_fields(before, after) == [("lines.y.quantity", "1", "3")]

    def test_of_things_that_have_no_names_are_numbered(self) -> None:
        assert changed_fields({"taxes": [{"rate": "7"}]}, {"taxes": [{"rate": "7"}, {"rate": "19"}]}) == [
            ("taxes.2.rate", None, "19")
        ]
        same = [{"id": "x", "count": 1}, {"id": "x", "count": 2}]
        assert changed_fields({}, {"coins": same}) == [
            ("coins.1.id", None, "x"),
            ("coins.1.count", None, 1),
            ("coins.2.id", None, "x"),
            ("coins.2.count", None, 2),
        ]

    def test_are_whole_where_they_are_lists_of_values(self) -> None:
        assert changed_fields({"barcodes": ["1"]}, {"barcodes": ["1", "2"]}) == [
            ("barcodes", ["1"], ["1", "2"])
        ]

    def test_are_null_where_there_was_nothing_or_is_nothing(self) -> None:
        assert changed_fields({}, {"name": "Salt", "note": None, "tags": [], "code": ""}) == [
            ("name", None, "Salt")
        ]
        assert changed_fields({"name": "Salt"}, {}) == [("name", "Salt", None)]
        assert changed_fields({"is_active": True}, {"is_active": False}) == [("is_active", True, False)]
        assert changed_fields({"tip": 5}, {"tip": 0}) == [("tip", 5, 0)]
