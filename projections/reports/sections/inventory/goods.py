"""What rows of the inventory report are told apart by, and which goods are asked about."""

from typing import LiteralString

from projections.catalog.variant_names import variant_name
from projections.reports.columns import Key
from projections.reports.names import name_of

#: What tells the rows apart, the usual one first.
GROUPS = ("variant", "product", "category", "brand", "supplier", "storage")
#: What leaves some goods or storages out.
FILTERS = ("storage", "category", "brand", "supplier", "search")

KEYS: tuple[Key, ...] = (
    Key(
        name="id",
        label="Id",
        unit="id",
        meaning="What the row is about, as grouped by; null where there is none, or for what is in transit.",
    ),
    Key(name="name", label="Name", unit="text", meaning="What it was called.", example="Espresso beans"),
    Key(name="sku", label="SKU", unit="text", meaning="The SKU of a variant.", example="ESP-1KG"),
    Key(
        name="variant_name",
        label="Variant",
        unit="text",
        meaning="What tells a variant from the others of its product.",
        example="1 kg",
    ),
    Key(name="product_id", label="Product id", unit="id", meaning="The product of a variant."),
)

#: The category that is asked about, and all below it.
BELOW_CATEGORY: LiteralString = """ARRAY(
                WITH RECURSIVE below AS (
                    SELECT %(category)s::uuid AS id
                 UNION
                    SELECT child.id
                      FROM below
                      JOIN settings AS child
                        ON child.company_id = %(company_id)s AND child.parent_id = below.id
                     WHERE child.kind = 'categories'
                )
                SELECT id FROM below)"""

#: Where what is in transit lies, and what is filed nowhere.
NOTHING: LiteralString = "'00000000-0000-0000-0000-000000000000'::uuid"
GROUP_OF_ROW: LiteralString = f"""
               CASE %(group)s::text
                    WHEN 'product' THEN v.product_id
                    WHEN 'category' THEN p.category_id
                    WHEN 'brand' THEN p.brand_id
                    WHEN 'supplier' THEN p.supplier_id
                    WHEN 'storage' THEN nullif(change.storage_id, {NOTHING})
                    ELSE change.variant_id END"""

_SAID: LiteralString = """
                    SELECT said.id FROM search_entries AS said
                     WHERE said.company_id = %(company_id)s
                       AND position(%(looked_for)s::text IN replace(said.name || said.more, ' ', '')) > 0"""
#: Whether a variant `v` is called like what is looked for: its SKU is, or its words are, or its product's.
CALLED_SO: LiteralString = f"""(
                position(lower(%(search)s::text) IN lower(v.sku)) > 0
                OR v.product_id IN ({_SAID}
                       AND said.kind = 'products')
                OR v.id IN ({_SAID}
                       AND said.kind = 'variants'))"""

_OF_SUPPLIER: LiteralString = "(%(supplier)s::uuid IS NULL OR p.supplier_id = %(supplier)s::uuid)"
#: The goods of a row `change`, filed as they are now; joins that nobody asks for are left out by the planner.
GOODS: LiteralString = f"""
          LEFT JOIN variants AS v ON v.company_id = %(company_id)s AND v.id = change.variant_id
          LEFT JOIN products AS p ON p.company_id = %(company_id)s AND p.id = v.product_id
         WHERE (%(brand)s::uuid IS NULL OR p.brand_id = %(brand)s::uuid)
           AND {_OF_SUPPLIER}
           AND (%(category)s::uuid IS NULL OR p.category_id = ANY({BELOW_CATEGORY}))
           AND (%(search)s::text IS NULL OR {CALLED_SO})"""

#: The same whoever they are bought from now.
GOODS_OF_ANY: LiteralString = GOODS.replace(_OF_SUPPLIER, "true")

# As a CASE: under row security the planner takes a coalesce for something that may leak, and walks the table.
_PRODUCT: LiteralString = "CASE WHEN own.product_id IS NULL THEN section.id ELSE own.product_id END"
#: What the variant, product or setting of a row `section` is called.
NAMED: LiteralString = f"""
      LEFT JOIN variants AS own ON own.company_id = %(company_id)s AND own.id = section.id
      LEFT JOIN products AS good
        ON good.company_id = %(company_id)s AND good.id = {_PRODUCT}"""
NAME: LiteralString = f"coalesce(good.name, {name_of('section.id')})"
#: The names of the rows that are answered, looked up by their keys.
OWN_NAMES: LiteralString = f"{NAME} AS name, own.sku, own.name AS variant_name, own.product_id"
NAMED_BY_KEYS: LiteralString = f"""
      LEFT JOIN LATERAL (
            SELECT sku, {variant_name("variants")} AS name, product_id FROM variants
             WHERE company_id = %(company_id)s AND id = section.id LIMIT 1) AS own ON true
      LEFT JOIN LATERAL (
            SELECT name FROM products
             WHERE company_id = %(company_id)s AND id = {_PRODUCT} LIMIT 1
           ) AS good ON true"""
