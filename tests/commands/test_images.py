"""Decisions about the pictures of products."""

from uuid import UUID

import pytest

from commands.catalog.images import AddImage, RemoveImage, ReviseImage
from commands.ports import DuplicateId, Missing, StaleVersion
from domain.catalog.images import MOST_IMAGES, Image, Picture, TooManyImages, UnknownImage
from domain.catalog.products import Product
from domain.entities import AlreadyArchived
from domain.errors import Invalid
from domain.settings import InUse
from tests.commands.samples import (
    NOTHING,
    OTHER,
    PRODUCT,
    VARIANT,
    caller,
    company,
    id_of,
    product,
    variant,
)
from tests.commands.scenario import Scenario, fact

IMAGE, SECOND = id_of("image"), id_of("second image")
PICTURE = Picture(content_hash="abc", media_type="image/webp", width=4, height=3, sizes={"full": b"1"})
STALE = frozenset({99})


def shown(*images: UUID) -> Product:
    """A product with these pictures."""
    example = product()
    for one in images:
        example.add_image(Image(id=one, content_hash="abc", width=4, height=3))
    return example


def add(one: UUID = IMAGE, **values: object) -> AddImage:
    return AddImage(id=one, product_id=PRODUCT, picture=PICTURE, **values)  # type: ignore[arg-type]


def revise(one: UUID = IMAGE, **changes: object) -> ReviseImage:
    return ReviseImage(product_id=PRODUCT, image_id=one, changes=changes)


class TestAddImage:
    def test_shows_it_after_the_others(self, scenario: Scenario) -> None:
        outcome = scenario.given(shown(SECOND)).when(add(alt="Salt", variant_id=VARIANT))
        outcome.then(
            fact(
                Product.ImageAdded,
                PRODUCT,
                image_id=IMAGE,
                content_hash="abc",
                width=4,
                height=3,
                alt="Salt",
                variant_id=VARIANT,
            )
        )
        assert outcome.answer.position == 2

    def test_answers_a_repetition_as_it_did_first(self, scenario: Scenario) -> None:
        scenario.given(product()).when(add(), saying="this")
        scenario.when(add(SECOND))
        scenario.when(revise(SECOND, position=1))
        assert scenario.when(add(), saying="this").then_repeated().answer.position == 1

    def test_refuses_its_id_for_other_content(self, scenario: Scenario) -> None:
        scenario.given(product()).when(add(), saying="this")
        scenario.when(add(), saying="that").then_refused(DuplicateId, "id")

    def test_refuses_the_id_of_another_products_picture(self, scenario: Scenario) -> None:
        other = product(variant(id_of("v"), "V"), one=OTHER)
        other.add_image(Image(id=IMAGE, content_hash="abc", width=4, height=3))
        scenario.given(product(), other).when(add()).then_refused(DuplicateId, "id")

    def test_refuses_the_id_of_another_companys_picture(self, scenario: Scenario) -> None:
        elsewhere = id_of("elsewhere")
        scenario.given(company(elsewhere)).given(shown(IMAGE), company=elsewhere)
        scenario.given(product(variant(id_of("v"), "V"))).when(add()).then_refused(DuplicateId, "id")

    def test_refuses_the_id_of_a_picture_that_is_gone(self, scenario: Scenario) -> None:
        other = product(variant(id_of("v"), "V"), one=OTHER)
        other.add_image(Image(id=IMAGE, content_hash="abc", width=4, height=3))
        other.remove_image(IMAGE)
        scenario.given(product(), other).when(add()).then_refused(DuplicateId, "id")

    def test_refuses_another_version_of_the_product(self, scenario: Scenario) -> None:
        scenario.given(product()).when(add(expected_versions=STALE)).then_refused(StaleVersion)

    def test_refuses_more_than_a_product_can_show(self, scenario: Scenario) -> None:
        full = [id_of(f"image {number}") for number in range(MOST_IMAGES)]
        scenario.given(shown(*full)).when(add()).then_refused(TooManyImages)

    def test_refuses_a_variant_that_the_product_has_not(self, scenario: Scenario) -> None:
        scenario.given(product()).when(add(variant_id=NOTHING)).then_refused(Invalid, "variant_id:not_found")

    def test_refuses_an_archived_or_unknown_product(self, scenario: Scenario) -> None:
        scenario.when(add()).then_refused(Missing)
        scenario.given(product(status="archived")).when(add()).then_refused(AlreadyArchived)


class TestReviseImage:
    def test_describes_it_in_other_words(self, scenario: Scenario) -> None:
        scenario.given(shown(IMAGE)).when(revise(alt="Salt", variant_id=VARIANT)).then(
            fact(Product.ImageRelabelled, PRODUCT, image_id=IMAGE, alt="Salt", variant_id=VARIANT)
        )

    def test_puts_it_at_another_place(self, scenario: Scenario) -> None:
        outcome = scenario.given(shown(IMAGE, SECOND)).when(revise(SECOND, position=1))
        outcome.then(fact(Product.ImagesOrdered, PRODUCT, image_ids=(SECOND, IMAGE)))
        assert outcome.answer.position == 1

    @pytest.mark.parametrize(
        ("moved", "position", "order"),
        [(2, 1, [2, 0, 1]), (0, 2, [1, 0, 2]), (0, 3, [1, 2, 0]), (0, 20, [1, 2, 0])],
    )
    def test_lets_the_others_close_ranks(
        self, scenario: Scenario, moved: int, position: int, order: list[int]
    ) -> None:
        images = (IMAGE, SECOND, id_of("third image"))
        scenario.given(shown(*images)).when(revise(images[moved], position=position)).then(
            fact(Product.ImagesOrdered, image_ids=tuple(images[one] for one in order))
        )

    def test_records_nothing_without_a_change(self, scenario: Scenario) -> None:
        scenario.given(shown(IMAGE)).when(revise(position=1, alt=None)).then_nothing()

    def test_refuses_a_picture_that_is_not_there(self, scenario: Scenario) -> None:
        scenario.given(shown(IMAGE)).when(revise(NOTHING, alt="X")).then_refused(UnknownImage)

    def test_refuses_a_variant_that_the_product_has_not(self, scenario: Scenario) -> None:
        scenario.given(shown(IMAGE)).when(revise(variant_id=NOTHING)).then_refused(Invalid, "variant_id")


class TestRemoveImage:
    REMOVE = RemoveImage(product_id=PRODUCT, image_id=IMAGE)

    def test_shows_it_no_longer_and_says_where_it_was(self, scenario: Scenario) -> None:
        outcome = scenario.given(shown(SECOND, IMAGE)).when(self.REMOVE)
        outcome.then(fact(Product.ImageRemoved, PRODUCT, image_id=IMAGE))
        assert outcome.answer.position == 2

    def test_refuses_the_companys_logo(self, blank: Scenario) -> None:
        founded = company()
        founded.revise({"logo_image_id": IMAGE})
        blank.given(founded, shown(IMAGE)).by(caller()).when(self.REMOVE).then_refused(InUse)

    def test_refuses_a_picture_that_is_not_there(self, scenario: Scenario) -> None:
        scenario.given(shown(SECOND)).when(self.REMOVE).then_refused(UnknownImage)

    def test_lets_it_go_when_another_is_the_logo(self, blank: Scenario) -> None:
        founded = company()
        founded.revise({"logo_image_id": SECOND})
        blank.given(founded, shown(SECOND, IMAGE)).when(self.REMOVE).then(fact(Product.ImageRemoved))
