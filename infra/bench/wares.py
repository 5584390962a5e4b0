"""Products and customers with names as they are in shops, any number of them and always the same."""

import random
from collections.abc import Iterator
from uuid import uuid4

from domain.aggregate import Aggregate
from domain.catalog.products import Product, Variant
from domain.customers import Customer

_GOODS = (
    "Milk Bread Butter Cheese Yogurt Chocolate Cookies Coffee Tea Juice Water Cola Lemonade Rice Pasta Sauce "
    "Ketchup Mustard Oil Vinegar Salt Pepper Sugar Flour Honey Jam Cereal Oats Muesli Crackers Chips Almonds "
    "Raisins Apples Bananas Oranges Tomatoes Potatoes Onions Carrots Beans Lentils Salmon Tuna Sausage Soup "
    "Shampoo Soap Toothpaste Sponge Towels Tissues Candles Batteries Notebook Pencil Scissors Socks Gloves"
)
_KINDS = "Organic Fresh Classic Light Whole Dark White Red Green Golden Roasted Smoked Spicy Sweet Vegan"
_SYLLABLES = "ka lo mi ra te su no vi da pe ri ton mar bel cor fen gal hor jun kel san wen xan zed"
_FIRST_NAMES = "Ada Anna Chen Elena Emma Fatima Ivan John Lena Linus Luca Maria Mia Noah Olga Omar Paul"
_SIZES = ("100 g", "250 g", "500 g", "1 kg", "330 ml", "500 ml", "1 l", "6 x 330 ml", "S", "M", "L")


def things(start: int, end: int) -> Iterator[Aggregate]:
    """The products and customers of these numbers; SKU, barcode and price follow from the number."""
    draw = random.Random(start)  # noqa: S311 a draw that can be repeated
    for number in range(start, end):
        barcode = f"{2_000_000_000_000 + 10 * number}"
        variant = Variant(id=uuid4(), sku=f"SKU-{number}", barcodes=(barcode,), price=99 + number % 5000)
        product = Product.begin(Product.Registered, uuid4(), name=name_of(draw), variants=(variant,))
        product.change_status("active")
        yield product
        yield _customer(draw, number)


def people(start: int, end: int) -> Iterator[Customer]:
    """The customers of these numbers."""
    draw = random.Random(start)  # noqa: S311 a draw that can be repeated
    for number in range(start, end):
        yield _customer(draw, number)


def _customer(draw: random.Random, number: int) -> Customer:
    """Somebody whose telephone, address and reference follow from the number."""
    last_name = "".join(draw.choices(_SYLLABLES.split(), k=3)).capitalize()
    contact = {"phone": f"+49 171 {number:07}", "email": f"{last_name}.{number}@example.com".lower()}
    name = f"{draw.choice(_FIRST_NAMES.split())} {last_name}"
    return Customer.begin(Customer.Registered, uuid4(), name=name, reference=str(number), **contact)


def name_of(draw: random.Random) -> str:
    """A maker, maybe what kind of goods, the goods, and how much of them."""
    maker = "".join(draw.choices(_SYLLABLES.split(), k=2)).capitalize()
    kinds = draw.sample(_KINDS.split(), draw.choice((0, 1, 1, 2)))
    goods = draw.sample(_GOODS.split(), draw.choice((1, 1, 1, 2)))
    return " ".join((maker, *kinds, *goods, draw.choice(_SIZES)))
