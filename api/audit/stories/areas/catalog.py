"""Sentences about what the catalog is sorted by: brands, categories, units, variant types."""

from api.audit.stories.areas.common import Sentences, named, texts

BRANDS: Sentences = {
    **named("brands.Brand", "brand", "die Marke"),
    "brands.Brand.Described": texts(
        "{who} rewrote the text about the brand {self}.",
        "{who} hat den Text zur Marke {self} neu geschrieben.",
    ),
}

CATEGORIES: Sentences = {
    **named("categories.Category", "category", "die Warengruppe"),
    "categories.Category.Registered": texts(
        "{who} added the category {name}[ under {parent_id}].",
        "{who} hat die Warengruppe {name}[ unter {parent_id}] angelegt.",
    ),
    "categories.Category.Moved": texts(
        "{who} moved the category {self} [under {parent_id}|to the top level].",
        "{who} hat die Warengruppe {self} [unter {parent_id}|auf die oberste Ebene] verschoben.",
    ),
}

UNITS: Sentences = {
    **named("units.Unit", "unit", "die Einheit"),
    "units.Unit.Registered": texts(
        "{who} added the unit {name} ({symbol})[, {factor:number} \u00d7 {base_unit_id}].",
        "{who} hat die Einheit {name} ({symbol})[, {factor:number} \u00d7 {base_unit_id},] angelegt.",
    ),
    "units.Unit.Renamed": texts(
        "{who} renamed the unit[ {was.name}] to {name} ({symbol}).",
        "{who} hat die Einheit[ {was.name}] in {name} ({symbol}) umbenannt.",
    ),
    "units.Unit.Rebased": texts(
        "{who} made the unit {self} [{factor:number} \u00d7 {base_unit_id}|a unit of its own].",
        "{who} hat die Einheit {self} [auf {factor:number} \u00d7 {base_unit_id} gesetzt|eigenständig "
        "gemacht].",
    ),
    "units.Unit.Refined": texts(
        "{who} had quantities in {self} take {precision:count decimal place/decimal places}.",
        "{who} lässt Mengen in {self} mit {precision:count Nachkommastelle/Nachkommastellen} zu.",
    ),
}

VARIANT_TYPES: Sentences = {
    **named("variant_types.VariantType", "variant type", "die Variantenart"),
    "variant_types.VariantType.Registered": texts(
        "{who} added the variant type {name}[ ({values})].",
        "{who} hat die Variantenart {name}[ ({values})] angelegt.",
    ),
    "variant_types.VariantType.ValuesListed": texts(
        "{who} changed the choices of {self} to [{values}|none].",
        "{who} hat die Auswahl von {self} geändert: [{values}|keine].",
    ),
}
