"""What variants are called where their rows are read: `domain/catalog/variant_names.py` as SQL."""

from typing import LiteralString


def variant_name(row: LiteralString) -> LiteralString:
    """The name of a row of `variants`: its own, else what its options are; null where there is none."""
    return f"""CASE WHEN {row}.name <> '' OR {row}.options = '{{}}' THEN {row}.name
                    ELSE (SELECT string_agg(option.value, ' / ' ORDER BY option.place)
                            FROM jsonb_each_text({row}.options) WITH ORDINALITY AS option(name, value, place))
               END"""
