"""Types read of a body what its schema does, or leave it to the schema: nobody can tell which of them did."""

import json
from decimal import Decimal
from typing import Any, cast
from uuid import uuid4

import pytest
from falcon.testing import create_req
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validates_schema

from api.app import create_app
from api.fields import Body, Choice, Exact, Flag, Id, Many, Moment, Object, Text, Whole
from api.json_bodies import decode_json
from api.openapi.document import routes_of
from api.requests import load_body, load_content
from api.services import Services
from api.typed_bodies import UNFIT, decoder_of
from domain.errors import Refusal

NOTHING = cast("Any", None)
SCHEMAS = {
    type(route.operation.body).__name__: route.operation.body
    for route in routes_of(
        create_app(
            Services(
                application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
            )
        )
    )
    if route.operation.body is not None
}
SALE = SCHEMAS["SaleBody"]
TYPED = {name: schema for name, schema in SCHEMAS.items() if decoder_of(schema)}
BODIES = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

IDS = st.uuids().flatmap(
    lambda own: st.sampled_from([str(own), str(own).upper(), own.hex, own.urn, f"{{{own}}}", f"{own} "])
)
TEXTS = st.sampled_from(
    ["", " ", "a", " a ", "a\nb", "a\tb", "\u0000", "\u200b", "é", "\ud800", "x" * 1001, "true", "null", "٣"]
) | st.text(max_size=8)
NUMBERS = st.integers(-3, 200) | st.sampled_from([2**53, 2**53 + 1, -(2**53), 2**63, 2**64, 10**40, -1])
BROKEN = st.sampled_from([0.5, 1.0, 1e2, 1e300, -0.0, 0.000001, 0.00001])
DECIMALS = st.decimals(-5, 200, places=2).map(str) | st.sampled_from(
    ["1", "-0", "0.12345", "0.123456", "1e3", "NaN", "1.", "01", "1,5", " 1", "1000000001", "1" * 13]
)
MOMENTS = st.datetimes().map(lambda moment: moment.isoformat() + "Z") | st.sampled_from(
    ["2026-03-01T09:00:00Z", "2026-03-01T09:00:00+05:30", "2026-03-01T09:00:00", "2026-03-01", "1899-01-01Z"]
)
ANYTHING = st.one_of(
    st.none(), st.booleans(), NUMBERS, BROKEN, TEXTS, IDS, DECIMALS, st.just([]), st.just({}), st.just([{}])
)


#: What each kind of field takes, and what looks like it.
KINDS: list[tuple[type[Any], st.SearchStrategy[Any], st.SearchStrategy[Any]]] = [
    (Id, st.uuids().map(str), IDS),
    (Exact, st.decimals(1, 99, places=2).map(str) | st.integers(1, 99), DECIMALS | NUMBERS | BROKEN),
    (Whole, st.integers(1, 9), NUMBERS),
    (Flag, st.booleans(), st.sampled_from(["true", 0, 1])),
    (Moment, st.sampled_from(["2026-03-01T09:00:00Z", "2026-03-01T09:00:00+05:30"]), MOMENTS),
    (Text, st.sampled_from(["cash", "A1", " Till2 "]), TEXTS),
]


def values_of(field: fields.Field[Any], *, is_careful: bool) -> st.SearchStrategy[Any]:
    """What somebody might send for a field who is careful, or is not."""
    if isinstance(field, Object):
        return bodies_of(field.schema, is_careful=is_careful or None)
    if isinstance(field, fields.List):
        return st.lists(values_of(field.inner, is_careful=is_careful), min_size=1, max_size=3)
    if isinstance(field, Choice):
        return st.sampled_from(field.words) if is_careful else TEXTS
    _, good, bad = next((known for known in KINDS if isinstance(field, known[0])), (None, ANYTHING, ANYTHING))
    return good if is_careful else good | bad | ANYTHING


@st.composite
def bodies_of(draw: Any, schema: Schema, *, is_careful: bool | None = None) -> dict[str, Any]:
    """What somebody might send for a body, now and then with a field that is unknown."""
    careful = draw(st.booleans()) if is_careful is None else is_careful
    body = {}
    for name, field in schema.fields.items():
        if draw(st.booleans()) or (careful and field.required):
            body[field.data_key or name] = draw(values_of(field, is_careful=careful))
    if not careful and draw(st.integers(0, 9)) == 0:
        body["unknown"] = 1
    return body


def loaded(schema: Schema, raw: bytes) -> Any:
    """What the schema alone says, with the types of all values."""
    try:
        return repr(load_content(decode_json(raw), schema))
    except Refusal as refusal:
        return type(refusal), refusal.message, refusal.details


def answered(schema: Schema, raw: bytes) -> Any:
    """What a request is told that sends this body."""
    req = create_req(method="POST", body=raw, headers={"Content-Type": "application/json"})
    try:
        return repr(load_body(req, raw, schema))
    except Refusal as refusal:
        return type(refusal), refusal.message, refusal.details


def sale(**more: Any) -> dict[str, Any]:
    line = {"variant_id": str(uuid4()), "quantity": "1"}
    return {"lines": [line] * 5, "payments": [{"method": "cash", "amount": 5}], **more}


class TestTypedBodies:
    @pytest.mark.parametrize("name", TYPED)
    def test_read_what_the_schema_loads_and_refuse_in_its_words(self, name: str) -> None:
        schema = TYPED[name]

        @BODIES
        @given(bodies_of(schema))
        def compare(body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            assert answered(schema, raw) == loaded(schema, raw)

        compare()

    @settings(max_examples=200, deadline=None)
    @given(bodies_of(SALE))
    def test_read_a_sale_as_its_schema_does(self, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        assert answered(SALE, raw) == loaded(SALE, raw)

    def test_are_what_sales_quotes_and_payments_come_in(self) -> None:
        assert {"SaleBody", "BasketBody", "HoldBody", "RefundBody"} <= TYPED.keys()

    def test_take_a_sale_without_asking_its_schema(self) -> None:
        decode = decoder_of(SALE)
        assert decode is not None
        body = decode(json.dumps(sale(note=" Thanks ", discounts=[])).encode())
        assert body["note"] == "Thanks"
        assert body["lines"][4]["quantity"] == Decimal(1)
        assert body["payments"][0]["tip"] == 0
        assert "id" not in body

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"null",
            b"[]",
            b'"x"',
            b"{",
            b'{"lines": "\xff"}',
            b'{"lines": [], "lines": [1]}',
            b'{"lines": [{"variant_id": "\\ud800", "quantity": "1"}]}',
            b'{"lines": ' + b"[" * 5000,
            b'{"a": ' * 20 + b"1" + b"}" * 20,
            json.dumps(sale()).encode() + b" x",
            json.dumps(sale(total=1)).encode(),
            json.dumps(sale(lines=[])).encode(),
            json.dumps(sale(lines=[{}] * 501)).encode(),
            json.dumps(sale(id="00000000-0000-0000-0000-000000000000")).encode(),
        ],
    )
    def test_leave_to_the_schema_what_it_refuses(self, raw: bytes) -> None:
        decode = decoder_of(SALE)
        assert decode is not None
        with pytest.raises(UNFIT):
            decode(raw)

    def test_make_new_lists_for_each_body(self) -> None:
        decode = decoder_of(SALE)
        assert decode is not None
        first, second = (decode(json.dumps(sale()).encode()) for _ in range(2))
        assert first["discounts"] == []
        assert first["discounts"] is not second["discounts"]

    @pytest.mark.parametrize("twice", [b'{"a": 1, "a": 2}', b'{"a": "x", "a": 2}', b'{"a": 2, "a": "x"}'])
    def test_read_a_field_that_is_there_twice_as_its_schema_does(self, twice: bytes) -> None:
        schema = Body.from_dict({"a": Whole(meaning="A number.")})()
        assert answered(schema, twice) == loaded(schema, twice)


class TestSchemasThatSayMoreThanTypes:
    @pytest.mark.parametrize("options", [{"partial": True}, {"partial": ("a",)}])
    def test_load_their_bodies_themselves_if_fields_may_be_left_out(self, options: Any) -> None:
        assert decoder_of(Body.from_dict({"a": Text(required=True)})(**options)) is None

    def test_load_their_bodies_themselves_if_they_look_at_several_fields(self) -> None:
        class Both(Body):
            a = Whole(meaning="A number.")

            @validates_schema
            def check(self, data: Any, **_kwargs: Any) -> None:
                if not data:
                    raise ValidationError("One of both.")

        assert decoder_of(Both()) is None
        assert decoder_of(Body.from_dict({"inner": Object(Both())})()) is None
        assert decoder_of(Body.from_dict({"inner": Many(Object(Both()), longest=2)})()) is None

    def test_load_their_bodies_themselves_if_a_field_is_of_another_kind(self) -> None:
        assert decoder_of(Body.from_dict({"a": fields.Raw()})()) is None
