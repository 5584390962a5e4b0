"""What the demo company sells: its brands, units, taxes, category tree and products."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

BRANDS = (
    "Alpenweide",
    "Backstube Nord",
    "Bergquell",
    "Fjordfang",
    "Gartenglück",
    "Hofgut Linden",
    "Kornkammer",
    "Marktliebling",
    "Reinweiss",
    "Rösterei Hafen",
    "Südfrucht",
    "Vitalis",
)

#: Name, symbol, decimal places of a quantity, and the unit it is a multiple of with the factor.
UNITS: tuple[tuple[str, str, int, str | None, str | None], ...] = (
    ("Piece", "pc", 0, None, None),
    ("Kilogram", "kg", 3, None, None),
    ("Gram", "g", 0, "kg", "0.001"),
    ("Litre", "l", 3, None, None),
    ("Crate of 12", "cr", 0, "pc", "12"),
)

#: The taxes by their short names: name and percent, both contained in the prices.
TAXES = {"7": ("VAT 7 %", Decimal(7)), "19": ("VAT 19 %", Decimal(19))}

# A line with ">" is a category, with its tax and unit. The lines below it have a brand (its place in the list
# above), how often it is bought, a price in cents per unit, and the products that all of this is true of.
_TEXT = """
Food > Fruit > Citrus and exotic | 7 | kg
10 9 199 Bananas
10 4 279 Oranges
10 3 349 Lemons
10 2 459 Kiwis
10 2 389 Mangoes
10 2 249 Mandarins; Grapefruit
Food > Fruit > Orchard and berries | 7 | kg
4 6 249 Apples Elstar; Apples Braeburn; Apples Boskop
4 3 299 Pears
4 3 649 Strawberries
4 2 899 Blueberries
4 3 399 Grapes white; Grapes red
Food > Vegetables > Fresh vegetables | 7 | kg
4 8 299 Tomatoes; Vine tomatoes
4 6 129 Carrots
4 5 119 Onions
4 6 149 Potatoes waxy; Potatoes floury
4 3 449 Peppers red; Peppers yellow
4 2 799 Mushrooms
4 2 349 Courgettes
4 2 299 Aubergines; Leeks
4 2 199 Broccoli; Cauliflower
Food > Vegetables > Salads and herbs | 7 | pc
4 4 99 Cucumber
4 3 119 Iceberg lettuce
4 2 149 Lamb's lettuce 150 g
4 2 129 Basil in a pot
4 2 89 Parsley, bunch
Food > Dairy > Milk and cream | 7 | pc
0 9 119 Whole milk 1 l
0 7 109 Semi-skimmed milk 1 l
0 2 179 Lactose-free milk 1 l
0 3 79 Cream 200 g
7 3 149 Oat drink 1 l; Almond drink 1 l; Soya drink 1 l
Food > Dairy > Yoghurt and quark | 7 | pc
0 6 69 Natural yoghurt 150 g
0 5 79 Strawberry yoghurt 150 g; Peach yoghurt 150 g; Vanilla yoghurt 150 g
0 4 129 Quark 250 g
0 2 199 Skyr 400 g
0 2 99 Rice pudding 200 g; Chocolate pudding 200 g
Food > Dairy > Cheese | 7 | kg
0 3 1290 Gouda, matured
0 2 1490 Mountain cheese
0 2 1790 Blue cheese
0 2 1390 Emmental; Tilsit
Food > Dairy > Butter and eggs | 7 | pc
0 6 229 Butter 250 g
5 5 349 Free-range eggs, 10
5 2 219 Free-range eggs, 6
7 2 189 Margarine 500 g
Food > Bakery > Bread | 7 | pc
1 6 329 Rye bread 750 g; Mixed wheat bread 750 g
1 4 249 Wholemeal bread 500 g
1 3 189 Baguette
6 3 179 Toast 500 g; Wholemeal toast 500 g
Food > Bakery > Rolls and pastries | 7 | pc
1 12 39 Roll
1 6 59 Poppy seed roll; Sunflower seed roll
1 5 129 Butter croissant
1 4 79 Pretzel
1 3 189 Apple strudel
1 2 169 Cheesecake, slice; Plum cake, slice
Food > Meat and fish > Meat | 7 | kg
5 4 1099 Minced beef
5 3 1299 Chicken breast
5 2 899 Pork chops
5 1 2499 Rump steak
Food > Meat and fish > Sausage and ham | 7 | pc
5 4 199 Salami, sliced 100 g
5 4 229 Cooked ham, sliced 150 g
5 3 349 Frankfurters, 6
Food > Meat and fish > Fish | 7 | pc
3 2 549 Smoked salmon 200 g
3 2 249 Herring fillets 200 g
3 3 189 Tuna in oil 150 g; Tuna in water 150 g
Food > Pantry > Pasta and rice | 7 | pc
6 5 119 Spaghetti 500 g; Penne 500 g; Fusilli 500 g
6 3 229 Basmati rice 1 kg
6 2 189 Long grain rice 1 kg
6 2 249 Couscous 500 g
Food > Pantry > Baking and cereals | 7 | pc
6 4 99 Wheat flour 1 kg
6 3 139 Spelt flour 1 kg
7 3 129 Sugar 1 kg
6 3 179 Rolled oats 500 g
6 3 349 Muesli with fruit 750 g; Muesli with chocolate 750 g
6 2 279 Cornflakes 500 g
6 1 89 Baking powder, 6
Food > Pantry > Oils, sauces and spices | 7 | pc
10 3 799 Olive oil 500 ml
7 3 249 Sunflower oil 1 l
7 3 199 Tomato ketchup 500 ml
7 2 149 Mustard, medium 250 ml
7 2 229 Mayonnaise 250 ml
7 2 159 Balsamic vinegar 250 ml
7 2 59 Table salt 500 g
7 1 249 Black pepper, ground 50 g; Paprika, sweet 50 g
Food > Pantry > Tins and jars | 7 | pc
7 4 99 Chopped tomatoes 400 g
7 3 119 Kidney beans 400 g; Sweetcorn 300 g; Chickpeas 400 g
4 2 179 Gherkins 370 ml
7 2 299 Strawberry jam 340 g; Apricot jam 340 g
7 2 449 Blossom honey 500 g
7 2 399 Hazelnut spread 400 g
7 2 199 Lentil stew 800 g; Pea stew 800 g
Food > Sweets and snacks > Chocolate and biscuits | 7 | pc
7 6 129 Milk chocolate 100 g; Dark chocolate 100 g; Hazelnut chocolate 100 g
7 4 199 Butter biscuits 200 g
7 2 249 Wafer rolls 150 g
7 3 219 Fruit gums 200 g
Food > Sweets and snacks > Crisps and nuts | 7 | pc
7 4 179 Salted crisps 175 g; Paprika crisps 175 g
7 2 299 Peanuts, roasted 200 g
7 2 399 Cashews 150 g
7 2 149 Pretzel sticks 250 g
7 2 229 Tortilla chips 300 g; Popcorn, salted 100 g
Food > Frozen > Frozen food | 7 | pc
7 4 349 Pizza Margherita 340 g; Pizza Salami 350 g
4 3 199 Leaf spinach 450 g
4 3 179 Garden peas 450 g
3 3 449 Fish fingers, 15
7 3 399 Vanilla ice cream 900 ml; Chocolate ice cream 900 ml
7 2 249 French fries 1 kg
4 2 299 Mixed berries 500 g; Stir-fry vegetables 750 g
Drinks > Water and juice | 19 | pc
2 8 69 Mineral water, still 1.5 l; Mineral water, sparkling 1.5 l
10 4 229 Orange juice 1 l; Apple juice 1 l; Multivitamin juice 1 l
10 2 279 Grape juice 1 l
10 2 199 Tomato juice 1 l; Apple spritzer 1 l
Drinks > Lemonade | 19 | pc
2 5 119 Cola 1 l; Cola without sugar 1 l; Orangeade 1 l; Lemonade 1 l
2 3 149 Iced tea, peach 1 l; Iced tea, lemon 1 l
Drinks > Coffee and tea | 19 | pc
9 5 649 Filter coffee 500 g
9 3 1499 Coffee beans 1 kg
9 2 399 Instant coffee 100 g
9 2 249 Peppermint tea, 25; Camomile tea, 25; Black tea, 25; Green tea, 25
Drinks > Beer and wine | 19 | pc
2 6 109 Pilsner 0.5 l; Wheat beer 0.5 l
2 2 119 Alcohol-free beer 0.5 l
10 3 599 Riesling, dry 0.75 l
10 3 649 Pinot noir 0.75 l
10 1 899 Sparkling wine, brut 0.75 l
Household > Laundry and cleaning | 19 | pc
8 3 799 Washing powder 1.3 kg
8 3 699 Liquid detergent 1 l
8 2 249 Fabric softener 1 l
8 4 149 Washing-up liquid 500 ml
8 2 499 Dishwasher tablets, 40
8 2 199 All-purpose cleaner 1 l
8 1 229 Glass cleaner 500 ml
8 2 179 Sponges, 5
8 1 349 Limescale remover 500 ml; Drain cleaner 1 l
Household > Paper and bags | 19 | pc
8 5 399 Toilet paper, 8 rolls
8 3 299 Kitchen rolls, 4
8 3 129 Tissues, 15 packets
8 2 189 Bin bags 35 l, 20
8 1 159 Baking paper
8 1 199 Aluminium foil 30 m
Household > Body care | 19 | pc
11 3 249 Shower gel 250 ml
11 3 299 Shampoo 300 ml
11 3 189 Toothpaste 75 ml
11 2 229 Toothbrush, medium
11 2 199 Deodorant 150 ml
11 2 129 Hand soap 300 ml
11 2 349 Hand cream 100 ml
11 1 599 Razor blades, 4
11 2 279 Shaving foam 200 ml; Body lotion 400 ml
Household > Around the house | 19 | pc
7 2 499 AA batteries, 8
7 1 449 AAA batteries, 8
7 1 349 LED lamp 9 W
7 1 199 Tea lights, 50
7 2 99 Carrier bag, paper
"""


#: What is bought with what, and how often of a hundred times.
TOGETHER: tuple[tuple[str, str, int], ...] = (
    ("Spaghetti 500 g", "Chopped tomatoes 400 g", 40),
    ("Chopped tomatoes 400 g", "Minced beef", 25),
    ("Minced beef", "Onions", 30),
    ("Roll", "Butter 250 g", 12),
    ("Butter croissant", "Strawberry jam 340 g", 25),
    ("Frankfurters, 6", "Mustard, medium 250 ml", 35),
    ("French fries 1 kg", "Tomato ketchup 500 ml", 40),
    ("Tortilla chips 300 g", "Kidney beans 400 g", 30),
    ("Wheat flour 1 kg", "Baking powder, 6", 25),
    ("Wheat flour 1 kg", "Sugar 1 kg", 30),
    ("Vine tomatoes", "Basil in a pot", 20),
    ("Filter coffee 500 g", "Cream 200 g", 25),
    ("Pilsner 0.5 l", "Salted crisps 175 g", 25),
    ("Toothpaste 75 ml", "Toothbrush, medium", 30),
    ("Washing powder 1.3 kg", "Fabric softener 1 l", 30),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProduct:
    """One product; prices and costs are cents per unit. `weight` says how often it is bought."""

    number: int
    name: str
    brand: str
    path: tuple[str, ...]
    tax: str
    unit: str
    weight: int
    price: int
    cost: int

    @property
    def sku(self) -> str:
        """The article number."""
        return f"DM-{self.number:04d}"

    @property
    def barcode(self) -> str:
        """A GTIN-13; its prefix is one for numbers that only a shop itself knows."""
        return with_check_digit(f"20{self.number:010d}")

    @property
    def is_weighed(self) -> bool:
        """Whether it is sold by weight."""
        return self.unit == "kg"


def with_check_digit(digits: str) -> str:
    """A GTIN: the digits, and one that makes their sum, weighted 3 and 1 from the right, end in 0 (GS1)."""
    weighted = sum(int(digit) * (3 - 2 * (index % 2)) for index, digit in enumerate(reversed(digits)))
    return f"{digits}{-weighted % 10}"


def products() -> Iterator[DemoProduct]:
    """The catalog, in its order."""
    path: tuple[str, ...] = ()
    tax = unit = ""
    number = 0
    for line in _TEXT.strip().splitlines():
        if ">" in line:
            category, tax, unit = (part.strip() for part in line.split("|"))
            path = tuple(part.strip() for part in category.split(">"))
            continue
        brand, weight, price, names = line.split(" ", 3)
        for name in names.split("; "):
            number += 1
            # Between 55 and 75 percent of the price without tax, another share for each product.
            share = 55 + number * 7 % 21
            yield DemoProduct(
                number=number,
                name=name,
                brand=BRANDS[int(brand)],
                path=path,
                tax=tax,
                unit=unit,
                weight=int(weight),
                price=int(price),
                cost=int(price) * share // (100 + int(tax)),
            )
