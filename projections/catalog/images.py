"""Pictures of products: in which order they are shown, and to which company anyone's look at one leads."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, LiteralString
from uuid import UUID

from domain.catalog.products import Product
from domain.entities import Entity
from projections.base import Answer, Database, Projection, Row, belonging

_OF_PICTURE: LiteralString = """
           (company_id, id, product_id, variant_id, content_hash, width, height, alt, position)
    SELECT %(company_id)s, %(image_id)s, %(stream_id)s, %(variant_id)s, %(content_hash)s, %(width)s,
           %(height)s, %(alt)s, count(*) + 1
      FROM product_images WHERE company_id = %(company_id)s AND product_id = %(stream_id)s
"""

_ADD: LiteralString = f"INSERT INTO product_images {_OF_PICTURE} RETURNING company_id"

# There was a time when a company could give an id again, and its log still says so.
_ENTER_AGAIN: LiteralString = """
    DELETE FROM image_directory
     WHERE company_id = %(company_id)s AND image_id = %(image_id)s AND content_hash IS NULL
"""

_ENTER_DIRECTORY: LiteralString = """
    INSERT INTO image_directory (image_id, company_id, content_hash)
    VALUES (%(image_id)s, %(company_id)s, %(content_hash)s)
"""


class ProductImages(Projection):
    """One row for each picture of a product, and one in the platform's directory of pictures.

    The directory keeps the ids of pictures that are gone: who has seen one may keep it for ever, so that its
    id never leads to another. Such an entry has no hash.
    """

    name = "product_images"
    version = 3
    mode = "inline"
    tables = ("product_images", "image_directory")
    schema = """
        CREATE TABLE product_images (
            company_id   uuid NOT NULL,
            id           uuid NOT NULL,
            product_id   uuid NOT NULL,
            variant_id   uuid,
            content_hash text NOT NULL,
            width        bigint NOT NULL,
            height       bigint NOT NULL,
            alt          text,
            position     bigint NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX product_images_by_product ON product_images (company_id, product_id, position);
        CREATE INDEX product_images_by_content ON product_images (company_id, content_hash);
        CREATE TABLE image_directory (
            image_id     uuid PRIMARY KEY,
            company_id   uuid NOT NULL,
            content_hash text
        );
        CREATE INDEX image_directory_by_company ON image_directory (company_id);
    """
    # Whoever looks at a picture is of no company; its id, which nobody can guess, is all it takes.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {"image_directory": "true"}
    on = {
        Product.ImageAdded: (_ADD, _ENTER_AGAIN, _ENTER_DIRECTORY),
        Product.ImageRemoved: (
            """
            UPDATE product_images AS later SET position = later.position - 1
              FROM product_images AS gone
             WHERE gone.company_id = %(company_id)s AND gone.id = %(image_id)s
               AND later.company_id = %(company_id)s AND later.product_id = gone.product_id
               AND later.position > gone.position
            """,
            """
            DELETE FROM product_images WHERE company_id = %(company_id)s AND id = %(image_id)s
            """,
            """
            UPDATE image_directory SET content_hash = NULL
             WHERE company_id = %(company_id)s AND image_id = %(image_id)s
            """,
        ),
        Product.ImageRelabelled: """
            UPDATE product_images SET alt = %(alt)s, variant_id = %(variant_id)s
             WHERE company_id = %(company_id)s AND id = %(image_id)s
        """,
        Product.ImagesOrdered: """
            UPDATE product_images AS image SET position = placed.position
              FROM unnest(%(image_ids)b::uuid[]) WITH ORDINALITY AS placed(id, position)
             WHERE image.company_id = %(company_id)s AND image.id = placed.id
        """,
        Product.VariantRemoved: """
            UPDATE product_images SET variant_id = NULL
             WHERE company_id = %(company_id)s AND product_id = %(stream_id)s AND variant_id = %(variant_id)s
        """,
    }
    # A picture that a damaged log adds twice is the first one's.
    on_recorded = {
        Product.ImageAdded: (
            f"INSERT INTO product_images {_OF_PICTURE} ON CONFLICT (company_id, id) DO NOTHING",
            _ENTER_AGAIN,
            _ENTER_DIRECTORY + "ON CONFLICT (image_id) DO NOTHING",
        ),
    }
    # Pictures are shown of what a product is, whatever it is called and costs.
    ignores = frozenset(
        {
            Product.Registered,
            Product.VariantAdded,
            Product.StorePriced,
            Product.StorePriceLifted,
            *belonging((Product,), Entity.Revised, Product.VariantChanged, Product.Moved),
        }
    )


_DIRECTORY: LiteralString = """
    SELECT company_id, content_hash FROM image_directory WHERE image_id = %(image_id)s
"""

_LIST: LiteralString = """
    SELECT product_id, id, variant_id, alt, width, height, position FROM product_images
     WHERE company_id = %(company_id)s AND product_id = ANY(%(product_ids)b::uuid[])
     ORDER BY product_id, position
"""

_HOLD: LiteralString = """
    SELECT id FROM product_images WHERE company_id = %(company_id)s AND id = %(image_id)s FOR SHARE
"""

# Whoever is about to make a logo of it is waited for here, and seen then.
_HOLD_ALONE: LiteralString = """
    SELECT id FROM product_images WHERE company_id = %(company_id)s AND id = %(image_id)s FOR UPDATE
"""

_LOGO: LiteralString = """
    SELECT company_id FROM companies
     WHERE company_id = %(company_id)s AND logo_image_id = %(image_id)s::uuid
"""


def hold_image(db: Database, image_id: UUID) -> bool:
    """Whether the company has this picture; it is not removed until the end."""
    return db.ask(_HOLD, {"company_id": db.company_id, "image_id": image_id}).row() is not None


def is_logo(db: Database, image_id: UUID) -> bool:
    """Whether the picture is the company's logo; it does not become that until the end."""
    params = {"company_id": db.company_id, "image_id": image_id}
    db.execute(_HOLD_ALONE, params)
    return db.ask(_LOGO, params).row() is not None


def ask_directory(db: Database, image_id: UUID) -> Answer:
    """Ask which company a picture belongs to, and by which hash its bytes are known, if it is still there."""
    return db.ask(_DIRECTORY, {"image_id": image_id})


def ask_images(db: Database, product_ids: Sequence[UUID]) -> Callable[[], dict[UUID, list[Row]]]:
    """Ask for the pictures of these products; the result has them by product, in their order."""
    answer = db.ask(_LIST, {"company_id": db.company_id, "product_ids": list(product_ids)})

    def by_product() -> dict[UUID, list[Row]]:
        images: dict[UUID, list[Row]] = {product_id: [] for product_id in product_ids}
        for row in answer.rows():
            images[row.pop("product_id")].append(row)
        return images

    return by_product
