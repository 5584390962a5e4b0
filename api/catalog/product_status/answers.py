"""What is answered of products by where they stand in their life."""

from typing import Annotated
from uuid import UUID

from api.answers import Answer, Cost, CreatedAt, Meaning, Moment, OwnId, Quantity, Sum
from api.catalog.products.answers import LaunchAt, ProductAnswer, StatusOfProduct

Since = Annotated[Moment, Meaning("When it came to stand there.")]
MovedBy = Annotated[UUID | None, Meaning("Who moved it there; null when its launch came by itself.")]
MoverName = Annotated[str | None, Meaning("That user's present name.", "admin@demo.local")]
StockUnits = Annotated[Quantity, Meaning("What there is of them, in the storages of your stores.", "38")]
StockValue = Annotated[Sum, Cost("What that is worth.", 7600)]


class ProductInStatusAnswer(Answer):
    """A product, where it stands, since when and by whom."""

    id: OwnId
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    status: StatusOfProduct
    launch_at: LaunchAt
    brand_id: Annotated[UUID | None, Meaning("Under which brand it is filed; null: none.")]
    brand: Annotated[str | None, Meaning("What the brand is called.", "Nordic Roast")]
    category_id: Annotated[UUID | None, Meaning("Where in the tree it is filed; null: nowhere.")]
    category: Annotated[str | None, Meaning("What the category is called.", "Coffee")]
    supplier_id: Annotated[UUID | None, Meaning("Whom it is ordered from; null: nobody.")]
    supplier: Annotated[str | None, Meaning("What the supplier is called.", "Hillside")]
    variant_count: Annotated[int, Meaning("How many variants it has.", 2)]
    since: Since
    by_user_id: MovedBy
    by_username: MoverName
    created_at: CreatedAt


class ProductByStatusAnswer(ProductAnswer):
    """A product as it stands, since when and by whom."""

    since: Since
    by_user_id: MovedBy
    by_username: MoverName


class StatusShareAnswer(Answer):
    """What of the products that stand there belongs to one category or brand."""

    id: Annotated[UUID | None, Meaning("The category or brand; null for products without one.")]
    name: Annotated[str | None, Meaning("What it is called.", "Coffee")]
    products: Annotated[int, Meaning("How many products of it stand there.", 12)]
    variants: Annotated[int, Meaning("How many variants they have.", 20)]
    stock_units: StockUnits
    stock_value: StockValue


class StatusSummaryAnswer(Answer):
    """The products that stand there, in numbers."""

    products: Annotated[int, Meaning("How many products stand there.", 12)]
    variants: Annotated[int, Meaning("How many variants they have.", 20)]
    stock_units: StockUnits
    stock_value: StockValue
    by_category: Annotated[list[StatusShareAnswer], Meaning("The same by category, the most products first.")]
    by_brand: Annotated[list[StatusShareAnswer], Meaning("The same by brand, the most products first.")]
