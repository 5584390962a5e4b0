"""Pictures of products: brought in, put in order, shown to anyone, and let go of in the end."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from PIL import Image

from domain.catalog.images import Image as Shown
from domain.catalog.products import Product, Variant
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.files.unused_pictures import let_go_of_unused
from infra.postgres.transactions import transaction
from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.catalog.images import ProductImages

PRODUCTS = "/api/admin/products"
BOUNDARY = "frontier"


def picture(colour: str = "red", size: tuple[int, int] = (900, 600), kind: str = "JPEG") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def part(name: str, value: bytes | str, filename: str | None = None) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: application/octet-stream'
    return f"{head}\r\n\r\n".encode() + (value.encode() if isinstance(value, str) else value)


def form_of(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    return b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), one) for one in parts) + (
        b"--%b--\r\n" % boundary.encode()
    )


def send(
    client: Any,
    product_id: str,
    raw: bytes,
    media_type: str = f"multipart/form-data; boundary={BOUNDARY}",
    **headers: str,
) -> Any:
    sent = {"Content-Type": media_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.call("POST", f"{PRODUCTS}/{product_id}/images", raw=raw, headers=sent)


def bring(
    client: Any, product: Any, file: bytes, headers: Mapping[str, str] | None = None, **fields: str
) -> Any:
    parts = [part("file", file, "picture.jpg"), *(part(name, value) for name, value in fields.items())]
    return send(client, product["id"], form_of(*parts), **(headers or {}))


@pytest.fixture
def admin(shop: Any) -> Any:
    """Who owns the catalog."""
    return shop.client()


@pytest.fixture
def anyone(service: Any) -> Any:
    """Somebody who is not signed in."""
    return service.client()


def draft(admin: Any, sku: str = "MILK") -> Any:
    variants = [{"sku": f"{sku}-{number}", "price": 119} for number in (1, 2)]
    return admin.post(PRODUCTS, {"name": "Milk", "variants": variants}).data


@pytest.fixture
def product(admin: Any) -> Any:
    """A product in two variants, without pictures."""
    return draft(admin)


def order_of(admin: Any, product: Any) -> list[str]:
    return [image["id"] for image in admin.get(f"{PRODUCTS}/{product['id']}").data["images"]]


class TestBringingOneIn:
    def test_it_is_answered_with_where_it_is_to_be_had(self, admin: Any, product: Any) -> None:
        variant_id = product["variants"][1]["id"]
        answer = bring(admin, product, picture(size=(3000, 1500)), alt=" A bottle ", variant_id=variant_id)
        assert answer.status == 201
        image_id = answer.data["id"]
        assert answer.data == {
            "id": image_id,
            "product_id": product["id"],
            "variant_id": variant_id,
            "alt": "A bottle",
            "width": 2048,
            "height": 1024,
            "position": 1,
            "url": f"/api/images/{image_id}",
            "urls": {size: f"/api/images/{image_id}?size={size}" for size in ("full", "medium", "thumb")},
            "version": product["version"] + 1,
        }
        assert answer.headers["etag"] == f'"{answer.data["version"]}"'
        assert UUID(image_id).version == 4

    def test_only_the_file_is_needed(self, admin: Any, product: Any) -> None:
        image = bring(admin, product, picture()).data
        assert (image["alt"], image["variant_id"], image["position"]) == (None, None, 1)

    def test_the_log_has_the_hash_and_no_bytes(self, shop: Any, admin: Any, product: Any) -> None:
        bring(admin, product, picture())
        event = shop.events()[-1]
        assert event["type"] == "products.Product.ImageAdded"
        assert len(event["state"].pop("content_hash")) == 64
        assert event["state"].keys() == {"image_id", "width", "height", "alt", "variant_id"}

    def test_the_product_shows_its_pictures_alone_and_in_lists(self, admin: Any, product: Any) -> None:
        assert product["images"] == []
        other = draft(admin, "TEA")
        added = [bring(admin, product, picture(colour), alt=colour).data for colour in ("red", "blue")]
        for image in added:
            del image["product_id"], image["version"]
        alone = admin.get(f"{PRODUCTS}/{product['id']}").data
        listed = {row["id"]: row for row in admin.get(PRODUCTS).data}
        assert alone["images"] == listed[product["id"]]["images"] == added
        assert listed[other["id"]]["images"] == []

    def test_what_was_shown_in_the_past(self, shop: Any, admin: Any, product: Any) -> None:
        first = bring(admin, product, picture()).data
        then = shop.events()[-1]["recorded_at"].isoformat().replace("+00:00", "Z")
        admin.delete(f"{PRODUCTS}/{product['id']}/images/{first['id']}")
        shown = admin.get(f"{PRODUCTS}/{product['id']}?as_of={then}").data
        assert [image["id"] for image in shown["images"]] == [first["id"]]

    def test_only_who_may_edit_products_brings_one_in(self, shop: Any, product: Any) -> None:
        assert bring(shop.client("Manager"), product, picture()).status == 201
        for role in ("Cashier", "Inventory Clerk"):
            assert bring(shop.client(role), product, picture()).status == 403
        assert bring(shop.service.client(), product, picture()).status == 401

    def test_whoever_is_signed_out_brings_none(self, shop: Any, product: Any) -> None:
        client = shop.client("Manager")
        client.post("/api/auth/logout")
        for file in (picture(), b"none"):
            refused = bring(client, product, file)
            assert (refused.status, refused.code) == (401, "token_revoked")

    def test_of_an_unknown_product(self, admin: Any) -> None:
        refused = bring(admin, {"id": str(uuid4())}, picture())
        assert (refused.status, refused.code) == (404, "not_found")

    def test_of_an_unknown_variant(self, admin: Any, product: Any) -> None:
        for variant_id in (str(uuid4()), draft(admin, "TEA")["variants"][0]["id"], "x"):
            refused = bring(admin, product, picture(), variant_id=variant_id)
            assert (refused.status, refused.fields) == (422, {"variant_id"})


class TestRepeating:
    def test_a_key_gives_the_first_answer_whatever_holds_the_form_together(
        self, shop: Any, admin: Any, product: Any
    ) -> None:
        parts = (part("file", picture(), "a.jpg"), part("alt", "Milk"))
        before = len(shop.events())
        answers = [
            send(
                admin,
                product["id"],
                form_of(*parts, boundary=boundary),
                f"multipart/form-data; boundary={boundary}",
                Idempotency_Key="k",
            )
            for boundary in ("one", "one", "another")
        ]
        assert [answer.status for answer in answers] == [201, 201, 201]
        assert len({answer.data["id"] for answer in answers}) == 1
        assert [answer.headers.get("idempotent-replayed") for answer in answers] == [None, "true", "true"]
        assert len(shop.events()) == before + 1

    def test_a_key_is_good_for_one_picture(self, admin: Any, product: Any) -> None:
        bring(admin, product, picture("red"), {"Idempotency_Key": "k"})
        for again in (
            bring(admin, product, picture("blue"), {"Idempotency_Key": "k"}),
            bring(admin, product, picture("red"), {"Idempotency_Key": "k"}, alt="Milk"),
        ):
            assert (again.status, again.code) == (422, "idempotency_key_reused")

    def test_an_id_that_is_taken(self, admin: Any, product: Any, make_shop: Callable[..., Any]) -> None:
        chosen = str(uuid4())
        bring(admin, product, picture(), id=chosen)
        stranger = make_shop().client()
        for client, other in ((admin, draft(admin, "TEA")), (stranger, draft(stranger))):
            refused = bring(client, other, picture("blue"), id=chosen)
            assert (refused.status, refused.code) == (409, "duplicate_id")

    def test_an_id_that_can_be_guessed(self, admin: Any, product: Any) -> None:
        for guessable in ("0190f5a1-7c3e-7abc-8def-0123456789ab", str(UUID(int=1)), "x"):
            refused = bring(admin, product, picture(), id=guessable)
            assert (refused.status, refused.fields) == (422, {"id"})


class TestForms:
    @pytest.mark.parametrize(
        "file",
        [
            b"",
            b"just a text",
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>",
            picture()[:-500],
            picture(kind="PNG")[:-500],
            picture(kind="WEBP")[:-100],
        ],
    )
    def test_what_is_no_picture_is_named(self, shop: Any, admin: Any, product: Any, file: bytes) -> None:
        before = len(shop.events())
        refused = bring(admin, product, file)
        assert (refused.status, refused.code, refused.fields) == (422, "validation_failed", {"file"})
        assert len(shop.events()) == before

    def test_few_bytes_that_would_fill_the_memory(self, admin: Any, product: Any) -> None:
        bomb = BytesIO()
        Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
        refused = bring(admin, product, bomb.getvalue())
        assert (refused.status, refused.json["error"]["details"][0]["code"]) == (422, "too_many_pixels")

    def test_five_mebibytes_and_no_more(self, admin: Any, product: Any) -> None:
        file = picture()
        padded = file + b"\x00" * (5 * 2**20 - len(file))
        assert bring(admin, product, padded).status == 201
        for more in (1, 2**16, 2**20, 10 * 2**20):
            refused = bring(admin, product, padded + b"\x00" * more)
            assert (refused.status, refused.code) == (413, "body_too_large"), more

    def test_a_body_that_says_it_is_too_large_is_not_read(self, admin: Any, product: Any) -> None:
        refused = send(admin, product["id"], b"", Content_Length=str(100 * 2**20))
        assert (refused.status, refused.code) == (413, "body_too_large")

    def test_elsewhere_bodies_are_as_short_as_before(self, admin: Any, product: Any) -> None:
        raw = b'{"name": "' + b"x" * 2**21 + b'"}'
        assert admin.call("PATCH", f"{PRODUCTS}/{product['id']}", raw=raw).status == 413

    @pytest.mark.parametrize(
        ("parts", "fields"),
        [
            ([], {"file"}),
            ([part("picture", picture(), "a.jpg")], {"file", "picture"}),
            ([part("file", picture(), "a.jpg"), part("file", picture(), "b.jpg")], {"file"}),
            ([part("file", picture(), "a.jpg"), part("alt", "a"), part("alt", "b")], {"alt"}),
            ([part("file", picture(), "a.jpg"), part("colour", "red")], {"colour"}),
            ([part("file", picture(), "a.jpg"), part("alt", "x" * 501)], {"alt"}),
            ([part("file", picture(), "a.jpg"), part("alt", b"a\x00b")], {"alt"}),
            ([part("file", picture(), "a.jpg"), part("alt", "Käse".encode("latin-1"))], {"alt"}),
            ([part("file", picture(), "a.jpg"), b"Content-Type: text/plain\r\n\r\nx"], {""}),
        ],
    )
    def test_every_wrong_field_is_named(
        self, admin: Any, product: Any, parts: list[bytes], fields: set[str]
    ) -> None:
        refused = send(admin, product["id"], form_of(*parts))
        assert (refused.status, refused.code, refused.fields) == (422, "validation_failed", fields)

    @pytest.mark.parametrize(
        "media_type",
        ["application/json", "image/jpeg", "application/x-www-form-urlencoded", "multipart/mixed", ""],
    )
    def test_what_is_no_form(self, admin: Any, product: Any, media_type: str) -> None:
        refused = send(admin, product["id"], picture(), media_type)
        assert (refused.status, refused.code) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        ("raw", "media_type"),
        [
            (form_of(part("file", picture(), "a.jpg")), "multipart/form-data"),
            (form_of(part("file", picture(), "a.jpg")), "multipart/form-data; boundary="),
            (form_of(part("file", picture(), "a.jpg")), "multipart/form-data; boundary=other"),
            (form_of(part("file", picture(), "a.jpg")), f"multipart/form-data; boundary={'x' * 71}"),
            (form_of(part("file", picture(), "a.jpg"))[:-20], f"multipart/form-data; boundary={BOUNDARY}"),
            (b"", f"multipart/form-data; boundary={BOUNDARY}"),
            (f"--{BOUNDARY}\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"),
            (form_of(b"no head at all"), f"multipart/form-data; boundary={BOUNDARY}"),
            (form_of(b"X: " + b"x" * 9000 + b"\r\n\r\n"), f"multipart/form-data; boundary={BOUNDARY}"),
            (form_of(*[part("file", b"x")] * 100), f"multipart/form-data; boundary={BOUNDARY}"),
            (
                form_of(b'Content-Disposition: form-data; name="\xff\xfe"\r\n\r\nx'),
                f"multipart/form-data; boundary={BOUNDARY}",
            ),
        ],
    )
    def test_a_form_that_cannot_be_read(self, admin: Any, product: Any, raw: bytes, media_type: str) -> None:
        refused = send(admin, product["id"], raw, media_type)
        assert (refused.status, refused.code) == (400, "malformed_form")

    def test_names_of_files_mean_nothing(self, admin: Any, product: Any) -> None:
        for name in ("../../etc/passwd", "a.svg", "", "ä.html"):
            assert send(admin, product["id"], form_of(part("file", picture(), name))).status == 201


class TestLooking:
    def test_anyone_sees_it_in_three_sizes(self, admin: Any, anyone: Any, product: Any) -> None:
        image = bring(admin, product, picture("blue", (3000, 1500))).data
        sizes = {"full": (2048, 1024), "medium": (640, 320), "thumb": (160, 80)}
        for size, expected in sizes.items():
            answer = anyone.get(image["urls"][size])
            shown = Image.open(BytesIO(answer.body))
            assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
            assert int(answer.headers["content-length"]) == len(answer.body)
            assert (shown.format, shown.size) == ("WEBP", expected)
            assert shown.convert("RGB").getpixel((5, 5))[2] > 240  # type: ignore[index]
        assert anyone.get(image["url"]).body == anyone.get(image["urls"]["full"]).body

    def test_one_that_is_all_detail_comes_back_whole(self, admin: Any, anyone: Any, product: Any) -> None:
        file = BytesIO()
        Image.effect_noise((2048, 2048), 120).save(file, "JPEG", quality=80)
        answer = anyone.get(bring(admin, product, file.getvalue()).data["url"])
        assert len(answer.body) > 1_000_000
        assert answer.headers["etag"] == f'"{sha256(answer.body).hexdigest()}"'

    def test_it_may_be_kept_for_ever(self, admin: Any, anyone: Any, product: Any) -> None:
        image = bring(admin, product, picture()).data
        answer = anyone.get(image["url"])
        for answered in (answer, anyone.get(image["url"], If_None_Match=answer.headers["etag"])):
            assert answered.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answered.headers["x-content-type-options"] == "nosniff"
            assert answered.headers["etag"] == answer.headers["etag"]

    def test_whoever_has_it_gets_no_bytes(self, admin: Any, anyone: Any, product: Any) -> None:
        image = bring(admin, product, picture()).data
        etag = anyone.get(image["url"]).headers["etag"]
        for tags in (etag, f'"other", W/{etag}', "*"):
            answer = anyone.get(image["url"], If_None_Match=tags)
            assert (answer.status, answer.body) == (304, b"")
        assert anyone.get(image["url"], If_None_Match='"other"').status == 200

    def test_what_is_not_there(self, admin: Any, anyone: Any, product: Any) -> None:
        image = bring(admin, product, picture()).data
        for path in (f"/api/images/{uuid4()}", "/api/images/none", f"/api/images/{product['id']}"):
            answer = anyone.get(path)
            assert (answer.status, answer.code) == (404, "not_found"), path
            assert answer.headers["cache-control"] == "no-store"
        for query in ("size=huge", "size=", "width=5"):
            answer = anyone.get(f"{image['url']}?{query}")
            assert (answer.status, answer.code) == (400, "invalid_parameter"), query

    def test_one_that_was_removed_is_gone(self, admin: Any, anyone: Any, product: Any) -> None:
        image = bring(admin, product, picture()).data
        etag = anyone.get(image["url"]).headers["etag"]
        admin.delete(f"{PRODUCTS}/{product['id']}/images/{image['id']}")
        assert anyone.get(image["url"]).status == 404
        assert anyone.get(image["url"], If_None_Match=etag).status == 404


class TestOrder:
    @pytest.fixture
    def images(self, admin: Any, product: Any) -> list[str]:
        """Three pictures of the product, by id and in order."""
        return [bring(admin, product, picture(size=(8, 8))).data["id"] for _ in range(3)]

    @pytest.mark.parametrize(
        ("move", "order"),
        [
            ((2, 1), [2, 0, 1]),
            ((0, 2), [1, 0, 2]),
            ((0, 3), [1, 2, 0]),
            ((0, 20), [1, 2, 0]),
            ((1, 2), [0, 1, 2]),
        ],
    )
    def test_one_is_put_at_another_place(
        self, admin: Any, product: Any, images: list[str], move: tuple[int, int], order: list[int]
    ) -> None:
        moved, position = move
        path = f"{PRODUCTS}/{product['id']}/images/{images[moved]}"
        answer = admin.patch(path, {"position": position})
        assert (answer.status, answer.data["position"]) == (200, order.index(moved) + 1)
        assert order_of(admin, product) == [images[one] for one in order]
        (listed,) = admin.get(PRODUCTS).data
        assert [(image["id"], image["position"]) for image in listed["images"]] == [
            (images[one], number) for number, one in enumerate(order, 1)
        ]

    def test_it_is_described_anew(self, shop: Any, admin: Any, product: Any, images: list[str]) -> None:
        path = f"{PRODUCTS}/{product['id']}/images/{images[0]}"
        variant_id = product["variants"][0]["id"]
        changed = admin.patch(path, {"alt": "Milk", "variant_id": variant_id, "position": 3}).data
        assert (changed["alt"], changed["variant_id"], changed["position"]) == ("Milk", variant_id, 3)
        assert admin.get(f"{PRODUCTS}/{product['id']}").data["images"][2]["alt"] == "Milk"
        before = len(shop.events())
        admin.patch(path, {"alt": "Milk", "position": 3})
        assert len(shop.events()) == before
        bare = admin.patch(path, {"alt": None, "variant_id": None}).data
        assert (bare["alt"], bare["variant_id"]) == (None, None)

    def test_wrong_edits_are_named(self, admin: Any, product: Any, images: list[str]) -> None:
        path = f"{PRODUCTS}/{product['id']}/images/{images[0]}"
        for field, value in (
            ("position", 0),
            ("position", 21),
            ("position", "first"),
            ("variant_id", str(uuid4())),
            ("alt", "x" * 501),
            ("width", 5),
        ):
            refused = admin.patch(path, {field: value})
            assert (refused.status, refused.fields) == (422, {field}), (field, value)
        assert admin.patch(path, {"position": 2}, If_Match='"1"').status == 412
        assert admin.delete(path, If_Match='"1"').status == 412

    def test_when_a_variant_goes_its_pictures_stay_with_the_product(self, admin: Any, product: Any) -> None:
        variant_id = product["variants"][1]["id"]
        bring(admin, product, picture(), variant_id=variant_id)
        admin.delete(f"{PRODUCTS}/{product['id']}/variants/{variant_id}")
        alone = admin.get(f"{PRODUCTS}/{product['id']}").data["images"]
        (listed,) = admin.get(PRODUCTS).data
        assert [image["variant_id"] for image in alone] == [None]
        assert listed["images"] == alone


def stored(shop: Any) -> list[tuple[str, str]]:
    """Hash and size of everything that is kept for the company."""
    with psycopg.connect(shop.service.database.owner) as connection:
        return connection.execute(
            "SELECT hash, size FROM image_contents WHERE company_id = %s ORDER BY hash, size",
            [shop.company_id],
        ).fetchall()


class TestKeeping:
    def test_the_same_picture_twice_is_kept_once(self, shop: Any, admin: Any, product: Any) -> None:
        other = draft(admin, "TEA")
        ids = {bring(admin, one, picture()).data["id"] for one in (product, other, other)}
        assert len(ids) == 3
        assert [size for _, size in stored(shop)] == ["full", "medium", "thumb"]
        bring(admin, product, picture("blue"))
        assert len(stored(shop)) == 6

    def test_the_hash_is_that_of_the_bytes(self, shop: Any, admin: Any, anyone: Any, product: Any) -> None:
        image = bring(admin, product, picture()).data
        fact = shop.events()[-1]["state"]
        answer = anyone.get(image["url"])
        assert answer.headers["etag"] == f'"{fact["content_hash"]}"'
        assert sha256(answer.body).hexdigest() == fact["content_hash"]

    def test_many_bring_the_same_picture_at_once(self, shop: Any, product: Any) -> None:
        others = [draft(shop.client(), f"S{number}") for number in range(3)]
        with ThreadPoolExecutor(8) as crowd:
            answers = list(
                crowd.map(lambda one: bring(shop.client(), one, picture()), [product, product, *others] * 2)
            )
        assert {answer.status for answer in answers} == {201}
        assert len({answer.data["id"] for answer in answers}) == 10
        assert len(stored(shop)) == 3
        rows = {row["id"]: row for row in shop.client().get(PRODUCTS).data}
        assert [image["position"] for image in rows[product["id"]]["images"]] == [1, 2, 3, 4]

    def test_nobody_gets_a_twenty_first_in_by_being_quick(self, shop: Any, admin: Any, product: Any) -> None:
        file = picture(size=(8, 8))
        for _ in range(18):
            bring(admin, product, file)
        with ThreadPoolExecutor(6) as crowd:
            answers = list(crowd.map(lambda _: bring(shop.client(), product, file), range(6)))
        assert sorted(answer.status for answer in answers) == [201, 201, 409, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status == 409} == {"too_many_images"}

    def test_the_read_model_is_rebuilt_row_for_row(self, shop: Any, admin: Any, product: Any) -> None:
        other = draft(admin, "TEA")
        variant_id = product["variants"][0]["id"]
        images = [
            bring(admin, product, picture(colour), variant_id=variant_id, alt=colour).data["id"]
            for colour in ("red", "green", "blue")
        ]
        bring(admin, other, picture())
        admin.patch(f"{PRODUCTS}/{product['id']}/images/{images[2]}", {"position": 1, "alt": "first"})
        admin.delete(f"{PRODUCTS}/{product['id']}/images/{images[0]}")
        admin.delete(f"{PRODUCTS}/{product['id']}/variants/{variant_id}")
        worker = shop.service.database.worker
        assert verify(worker, EVENT_TYPES, ProductImages(), shop.company_id).differences == ()
        assert rebuild(worker, EVENT_TYPES, ProductImages(), shop.company_id).rows_changed == 0

    def test_a_log_that_gave_an_id_again_is_still_read(self, shop: Any) -> None:
        variants = (Variant(id=uuid4(), sku="MILK", price=119),)
        product = Product.begin(Product.Registered, uuid4(), name="Milk", variants=variants)
        image = Shown(id=uuid4(), content_hash="first", width=1, height=1)
        product.add_image(image)
        product.remove_image(image.id)
        product.add_image(replace(image, content_hash="second"))
        with (
            psycopg.connect(shop.service.database.app, autocommit=True) as connection,
            transaction(connection, shop.company_id) as db,
        ):
            writer = EventWriter(EVENT_TYPES, PROJECTIONS)
            writer.record(db, product.new_events(), Metadata(at=datetime.now(UTC)))
        worker = shop.service.database.worker
        assert verify(worker, EVENT_TYPES, ProductImages(), shop.company_id).differences == ()


class TestLettingGo:
    @pytest.fixture
    def tidy(self, service: Any) -> Callable[[timedelta], None]:
        """Does the job so much later."""

        def later(passed: timedelta) -> None:
            with psycopg.connect(service.database.worker, autocommit=True) as connection:
                let_go_of_unused(connection, datetime.now(UTC) + passed)

        return later

    def test_what_no_picture_shows_is_gone_after_a_day(
        self, shop: Any, admin: Any, product: Any, tidy: Callable[[timedelta], None]
    ) -> None:
        image = bring(admin, product, picture()).data
        admin.delete(f"{PRODUCTS}/{product['id']}/images/{image['id']}")
        tidy(timedelta())
        tidy(timedelta(hours=23))
        assert len(stored(shop)) == 3
        tidy(timedelta(hours=25))
        assert stored(shop) == []

    def test_what_a_picture_shows_stays(
        self, shop: Any, admin: Any, anyone: Any, product: Any, tidy: Callable[[timedelta], None]
    ) -> None:
        first, second = (bring(admin, product, picture()).data for _ in range(2))
        admin.delete(f"{PRODUCTS}/{product['id']}/images/{first['id']}")
        for days in range(4):
            tidy(timedelta(days=days))
        assert len(stored(shop)) == 3
        assert anyone.get(second["url"]).status == 200

    def test_what_is_brought_again_stays(
        self, shop: Any, admin: Any, anyone: Any, product: Any, tidy: Callable[[timedelta], None]
    ) -> None:
        image = bring(admin, product, picture()).data
        admin.delete(f"{PRODUCTS}/{product['id']}/images/{image['id']}")
        tidy(timedelta())
        again = bring(admin, product, picture()).data
        tidy(timedelta(hours=25))
        assert len(stored(shop)) == 3
        assert anyone.get(again["url"]).status == 200

    def test_what_is_brought_again_at_the_very_moment_stays(
        self, admin: Any, anyone: Any, product: Any, tidy: Callable[[timedelta], None]
    ) -> None:
        image = bring(admin, product, picture()).data
        admin.delete(f"{PRODUCTS}/{product['id']}/images/{image['id']}")
        tidy(timedelta())
        with ThreadPoolExecutor(2) as crowd:
            for _ in range(5):
                done = crowd.submit(tidy, timedelta(hours=25))
                again = bring(admin, product, picture()).data
                done.result()
                assert anyone.get(again["url"]).status == 200
                admin.delete(f"{PRODUCTS}/{product['id']}/images/{again['id']}")
                tidy(timedelta())

    def test_an_empty_moment_of_the_read_model_costs_nothing(
        self, shop: Any, admin: Any, anyone: Any, product: Any, tidy: Callable[[timedelta], None]
    ) -> None:
        image = bring(admin, product, picture()).data
        worker = shop.service.database.worker
        with psycopg.connect(worker, autocommit=True) as connection:
            connection.execute("DELETE FROM product_images WHERE company_id = %s", [shop.company_id])
        tidy(timedelta())
        rebuild(worker, EVENT_TYPES, ProductImages(), shop.company_id)
        tidy(timedelta(hours=25))
        tidy(timedelta(hours=50))
        assert anyone.get(image["url"]).status == 200


class TestCompaniesApart:
    def test_another_company_edits_nothing_of_it(
        self, admin: Any, product: Any, make_shop: Callable[..., Any]
    ) -> None:
        image = bring(admin, product, picture()).data
        stranger = make_shop().client()
        path = f"{PRODUCTS}/{product['id']}/images/{image['id']}"
        answers = (
            bring(stranger, product, picture()),
            stranger.patch(path, {"alt": "Mine"}),
            stranger.delete(path),
            stranger.patch(path.replace(product["id"], draft(stranger)["id"]), {"alt": "Mine"}),
        )
        assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}
        assert order_of(admin, product) == [image["id"]]

    def test_the_same_picture_is_kept_for_each(
        self, shop: Any, admin: Any, product: Any, make_shop: Callable[..., Any]
    ) -> None:
        other = make_shop()
        bring(admin, product, picture())
        bring(other.client(), draft(other.client()), picture())
        assert stored(shop) == stored(other)
        assert len(stored(shop)) == 3

    def test_the_database_shows_and_changes_ones_own_only(
        self, shop: Any, admin: Any, product: Any, make_shop: Callable[..., Any]
    ) -> None:
        bring(admin, product, picture())
        stranger = make_shop().company_id
        with (
            psycopg.connect(shop.service.database.app, autocommit=True) as connection,
            transaction(connection, stranger) as db,
        ):
            nothing: dict[str, Any] = {}
            assert db.ask("SELECT hash FROM image_contents", nothing).rows() == []
            assert db.ask("SELECT id FROM product_images", nothing).rows() == []
            db.execute("UPDATE image_contents SET bytes = 'x'", nothing)
            db.execute("DELETE FROM image_contents", nothing)
            db.execute("DELETE FROM image_directory", nothing)
        assert len(stored(shop)) == 3
        image = admin.get(f"{PRODUCTS}/{product['id']}").data["images"][0]
        assert shop.service.client().get(image["url"]).body != b"x"
        with (
            psycopg.connect(shop.service.database.app, autocommit=True) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            transaction(connection, stranger) as db,
        ):
            db.execute(
                "INSERT INTO image_contents (company_id, hash, size, media_type, bytes)"
                " VALUES (%(company_id)s, 'x', 'full', 'image/webp', 'x')",
                {"company_id": shop.company_id},
            )


def test_a_till_shows_a_variants_own_picture_or_else_its_products(admin: Any, product: Any) -> None:
    admin.post(f"{PRODUCTS}/{product['id']}/status", {"status": "active"})

    def shown() -> list[Any]:
        return [row["image"] for row in admin.get("/api/pos/products").data]

    assert shown() == [None, None]
    own = bring(admin, product, picture(), variant_id=product["variants"][1]["id"]).data["id"]
    assert [one and one["id"] for one in shown()] == [None, own]
    common = bring(admin, product, picture("blue")).data["id"]
    bring(admin, product, picture("green"))
    assert shown() == [{"id": one, "url": f"/api/images/{one}"} for one in (common, own)]
