"""Sentences about products, their variants, prices and pictures."""

from api.audit.stories.areas.common import Sentences, texts

_PRODUCT = "products.Product"

_LIFE: Sentences = {
    f"{_PRODUCT}.Registered": texts(
        "{who} drafted the product {name}, {variants:count variant/variants}.",
        "{who} hat das Produkt {name} mit {variants:count Variante/Varianten} entworfen.",
    ),
    f"{_PRODUCT}.Activated": texts(
        "{who} released {self}: it can be sold.", "{who} hat {self} zum Verkauf freigegeben."
    ),
    f"{_PRODUCT}.Scheduled": texts(
        "{who} scheduled the launch of {self} for {launch_at:moment}.",
        "{who} hat den Verkaufsstart von {self} für {launch_at:moment} geplant.",
    ),
    f"{_PRODUCT}.Launched": texts(
        "{self} was launched: it can be sold.", "{self} ist gestartet und kann verkauft werden."
    ),
    f"{_PRODUCT}.Discontinued": texts(
        "{who} discontinued {self}: it is sold while stock lasts.",
        "{who} hat {self} auslaufen lassen: Verkauf nur noch, solange der Vorrat reicht.",
    ),
    f"{_PRODUCT}.Reactivated": texts(
        "{who} released {self} again: it can be sold.", "{who} hat {self} wieder zum Verkauf freigegeben."
    ),
    f"{_PRODUCT}.Archived": texts(
        "{who} archived the product {self}.", "{who} hat das Produkt {self} archiviert."
    ),
    f"{_PRODUCT}.Restored": texts(
        "{who} took {self} out of the archive; it is a draft again.",
        "{who} hat {self} aus dem Archiv geholt; es ist wieder ein Entwurf.",
    ),
}

_WORDS: Sentences = {
    f"{_PRODUCT}.Renamed": texts(
        "{who} renamed the product[ {was.name}] to {name}.",
        "{who} hat das Produkt[ {was.name}] in {name} umbenannt.",
    ),
    f"{_PRODUCT}.Described": texts(
        "{who} rewrote the text about {self}.", "{who} hat den Text zu {self} neu geschrieben."
    ),
    f"{_PRODUCT}.Reclassified": texts(
        "{who} filed {self} under [{category_id}|no category][, brand {brand_id}][, supplier {supplier_id}].",
        "{who} hat {self} neu eingeordnet: [{category_id}|ohne Warengruppe][, Marke {brand_id}][, "
        "Lieferant {supplier_id}].",
    ),
    f"{_PRODUCT}.Remeasured": texts(
        "{who} had {self} sold [by {unit_id}|without a unit][, no longer by {was.unit_id:name}].",
        "{who} hat die Einheit von {self}[ von {was.unit_id:name}] auf [{unit_id}|keine] geändert.",
    ),
    f"{_PRODUCT}.Retaxed": texts(
        "{who} changed the tax of {self}[ from {was.tax_rate_ids:names}] to [{tax_rate_ids}|that of "
        "the store].",
        "{who} hat die Steuer von {self}[ von {was.tax_rate_ids:names}] auf [{tax_rate_ids}|die der "
        "Filiale] geändert.",
    ),
    f"{_PRODUCT}.StockTrackingSet": texts(
        "{who} had the stock of {self} {track_stock:if counted/counted no longer}.",
        "{who} hat die Bestandsführung von {self} {track_stock:if eingeschaltet/ausgeschaltet}.",
    ),
}

_VARIANTS: Sentences = {
    f"{_PRODUCT}.VariantAdded": texts(
        "{who} added the variant [{variant.name} ({variant.sku})|{variant.sku}] to {self} at "
        "{variant.price:money}.",
        "{who} hat {self} um die Variante [{variant.name} ({variant.sku})|{variant.sku}] zu "
        "{variant.price:money} ergänzt.",
    ),
    f"{_PRODUCT}.VariantRemoved": texts(
        "{who} removed the variant [{variant_id:variant}|of {self}].",
        "{who} hat die Variante [{variant_id:variant}|von {self}] entfernt.",
    ),
    f"{_PRODUCT}.Relabelled": texts(
        "{who} relabelled [{variant_id:variant}|{self}]: SKU {sku}[, barcodes {barcodes}].",
        "{who} hat [{variant_id:variant}|{self}] neu ausgezeichnet: Artikelnummer {sku}[, Strichcodes "
        "{barcodes}].",
    ),
    f"{_PRODUCT}.ReorderingSet": texts(
        "{who} has [{variant_id:variant}|{self}] reordered [at {reorder_level:number}|at no level][, "
        "{reorder_quantity:number} at a time].",
        "{who} lässt [{variant_id:variant}|{self}] [ab {reorder_level:number}|nicht mehr] "
        "nachbestellen[, je {reorder_quantity:number}].",
    ),
    f"{_PRODUCT}.Repriced": texts(
        "{who} changed the price of [{variant_id:variant}|{self}] from {old_price:money} to {price:money}.",
        "{who} hat den Preis von [{variant_id:variant}|{self}] von {old_price:money} auf {price:money} "
        "geändert.",
    ),
    f"{_PRODUCT}.Recosted": texts(
        "{who} changed the purchase cost of [{variant_id:variant}|{self}][ from {old_cost:money} to "
        "{cost:money}].",
        "{who} hat den Einkaufspreis von [{variant_id:variant}|{self}][ von {old_cost:money} auf "
        "{cost:money}] geändert.",
    ),
    f"{_PRODUCT}.StorePriced": texts(
        "{who} set the price of [{variant_id:variant}|{self}] in {store_id}[ from {old_price:money}] "
        "to {price:money}.",
        "{who} hat den Preis von [{variant_id:variant}|{self}] in {store_id}[ von {old_price:money}] "
        "auf {price:money} gesetzt.",
    ),
    f"{_PRODUCT}.StorePriceLifted": texts(
        "{who} ended the own price of [{variant_id:variant}|{self}] in {store_id}, {old_price:money}.",
        "{who} hat den eigenen Preis von [{variant_id:variant}|{self}] in {store_id}, "
        "{old_price:money}, aufgehoben.",
    ),
}

_PICTURES: Sentences = {
    f"{_PRODUCT}.ImageAdded": texts(
        "{who} added a picture to {self}[: {alt}].", "{who} hat {self} ein Bild hinzugefügt[: {alt}]."
    ),
    f"{_PRODUCT}.ImageRelabelled": texts(
        "{who} described a picture of {self} anew[: {alt}].",
        "{who} hat ein Bild von {self} neu beschrieben[: {alt}].",
    ),
    f"{_PRODUCT}.ImageRemoved": texts(
        "{who} removed a picture of {self}.", "{who} hat ein Bild von {self} entfernt."
    ),
    f"{_PRODUCT}.ImagesOrdered": texts(
        "{who} put the pictures of {self} in another order.",
        "{who} hat die Bilder von {self} anders geordnet.",
    ),
}

PRODUCTS: Sentences = {**_LIFE, **_WORDS, **_VARIANTS, **_PICTURES}
