"""What an event about a tax rate, a unit or a store changes: all variants on sale that have to do with it."""

from typing import LiteralString

_VARIANTS_AT: LiteralString = """
           v.id, %(position)s::bigint * 1000000 + row_number() OVER (ORDER BY goods.id, v.number) - 1
      FROM pos_catalog_goods AS goods
     CROSS JOIN LATERAL unnest(goods.variant_ids) WITH ORDINALITY AS v(id, number)
     WHERE goods.company_id = %(company_id)s AND goods.is_on_sale
"""
PUT_PLACES: LiteralString = """
        ON CONFLICT (company_id, store_id, variant_id) DO UPDATE SET place = excluded.place
"""
#: What has no taxes of its own has those of its stores, which may be any.
RATE_CHANGED: LiteralString = f"""
    INSERT INTO pos_catalog_feed (company_id, store_id, variant_id, place)
    SELECT %(company_id)s, '00000000-0000-0000-0000-000000000000'::uuid, {_VARIANTS_AT}
       AND (goods.tax_rate_ids = '{{}}' OR goods.tax_rate_ids @> ARRAY[%(stream_id)s::uuid])
    {PUT_PLACES}
"""
UNIT_CHANGED: LiteralString = f"""
    INSERT INTO pos_catalog_feed (company_id, store_id, variant_id, place)
    SELECT %(company_id)s, '00000000-0000-0000-0000-000000000000'::uuid, {_VARIANTS_AT}
       AND goods.unit_id = %(stream_id)s
    {PUT_PLACES}
"""
STORE_RETAXED: LiteralString = f"""
    INSERT INTO pos_catalog_feed (company_id, store_id, variant_id, place)
    SELECT %(company_id)s, %(stream_id)s::uuid, {_VARIANTS_AT}
       AND goods.tax_rate_ids = '{{}}'
    {PUT_PLACES}
"""
