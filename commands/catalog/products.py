"""Commands of the catalog's products and their variants."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.ports import UnitOfWork, check_version
from domain.catalog.products import Product, Status, Variant, sku_key
from domain.errors import Detail, Invalid
from domain.settings import InUse


@dataclass(frozen=True, kw_only=True)
class RegisterProduct:
    """Draft a product with its variants."""

    id: UUID
    values: Mapping[str, Any]
    variants: tuple[Variant, ...]


@dataclass(frozen=True, kw_only=True)
class ReviseProduct:
    """Edit what the variants of a product share."""

    id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeProductStatus:
    """Move a product along its life."""

    id: UUID
    status: Status
    launch_at: datetime | None = None
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class AddVariant:
    """Offer the product in one more variant."""

    product_id: UUID
    variant: Variant


@dataclass(frozen=True, kw_only=True)
class ReviseVariant:
    """Edit one variant: its label, its price, its cost, its reordering."""

    product_id: UUID
    variant_id: UUID
    changes: Mapping[str, Any]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveVariant:
    """Stop offering a variant."""

    product_id: UUID
    variant_id: UUID
    expected_versions: frozenset[int] | None = None


def register_product(command: RegisterProduct, work: UnitOfWork) -> Product:
    """Draft it, once: the same request again answers with what it made.

    Raises DuplicateId, DuplicateVariant, DuplicateSku, DuplicateBarcode, PlanLimitReached, Invalid.
    """
    seen = work.catalog.look(command.values, command.variants, product_id=command.id)
    if (existing := work.made_before(Product, Product.Registered, command.id)()) is not None:
        return existing
    _check_distinct(command.variants)
    seen.check()
    product = Product.begin(Product.Registered, command.id, **command.values, variants=command.variants)
    work.plan.check_room("products")
    work.save(product)
    return product


def revise_product(command: ReviseProduct, work: UnitOfWork) -> Product:
    """Record what changed. What it refers to may stay, even if that is archived by now.

    Raises Missing, StaleVersion, AlreadyArchived, InUse, Invalid.
    """
    finer = _finer(command, work)
    seen = work.catalog.look(command.changes, (), product_id=command.id)
    product = work.load(Product, command.id)
    check_version(product.version, command.expected_versions)
    before = dict(product.values)
    product.revise(command.changes)
    seen.check(before)
    if product.values["unit_id"] != before["unit_id"] and finer():
        message = "This product has stock that is finer than the unit."
        raise InUse(details=[Detail("unit_id", InUse.code, message)])
    work.save(product)
    return product


def _finer(command: ReviseProduct, work: UnitOfWork) -> Callable[[], Collection[UUID]]:
    """Ask whether there is stock that is finer than the unit the product is to have."""
    if "unit_id" not in command.changes:
        return tuple
    return work.stock.finer({command.id: command.changes["unit_id"]})


def change_product_status(command: ChangeProductStatus, work: UnitOfWork) -> Product:
    """Move it along its life.

    Raises Missing, StaleVersion, InvalidTransition, LaunchMissing, Invalid, InUse, PlanLimitReached.
    """
    product = work.load(Product, command.id)
    check_version(product.version, command.expected_versions)
    if command.launch_at is not None and command.launch_at <= work.now:
        raise Invalid(details=[Detail("launch_at", "in_the_past", "A launch lies in the future.")])
    was_archived = product.is_archived
    product.change_status(command.status, command.launch_at)
    if was_archived and not product.is_archived:
        work.plan.check_room("products")
    if command.status == "archived" and work.catalog.has_stock(product.variants):
        message = "This product still has stock."
        raise InUse(message)
    work.save(product)
    return product


def add_variant(command: AddVariant, work: UnitOfWork) -> Product:
    """Offer one more variant, once: the same request again answers with the product as it left it.

    Raises Missing, AlreadyArchived, TooManyVariants, DuplicateVariant, DuplicateSku, DuplicateBarcode,
    DuplicateId, Invalid.
    """
    added, product_id = command.variant, command.product_id
    seen = work.catalog.look({}, (added,), product_id=product_id, alone=True)
    earlier = work.made_before(Product, Product.VariantAdded, added.id, within=product_id)
    product = work.load(Product, product_id)
    if (existing := earlier()) is not None:
        return existing
    product.add_variant(added)
    seen.check()
    _check_options(product, added)
    work.save(product)
    return product


def revise_variant(command: ReviseVariant, work: UnitOfWork) -> Product:
    """Record what changed. What options it has may stay, whatever variant types list by now.

    Raises Missing, UnknownVariant, StaleVersion, DuplicateSku, DuplicateBarcode, Invalid.
    """
    product = work.load(Product, command.product_id)
    check_version(product.version, command.expected_versions)
    before = product.variants.get(command.variant_id)
    product.revise_variant(command.variant_id, command.changes)
    revised = product.variants[command.variant_id]
    keeps_options = before is not None and revised.options == before.options
    if {"sku", "barcodes"} & command.changes.keys() or not keeps_options:
        asked = replace(revised, options={}) if keeps_options else revised
        work.catalog.look({}, (asked,), product_id=product.id, alone=True).check()
    _check_options(product, revised)
    work.save(product)
    return product


def remove_variant(command: RemoveVariant, work: UnitOfWork) -> Product:
    """Stop offering it. Raises Missing, UnknownVariant, StaleVersion, LastVariant, InUse."""
    product = work.load(Product, command.product_id)
    check_version(product.version, command.expected_versions)
    product.remove_variant(command.variant_id)
    if work.catalog.has_stock((command.variant_id,)):
        message = "This variant still has stock."
        raise InUse(message)
    work.save(product)
    return product


def _check_options(product: Product, variant: Variant) -> None:
    """No two variants of a product may have the same combination of options."""
    others = (other for other in product.variants.values() if other.id != variant.id)
    if variant.options and any(other.options == variant.options for other in others):
        raise Invalid(details=[Detail("options", "duplicate", "Another variant has these options.")])


def _check_distinct(variants: tuple[Variant, ...]) -> None:
    """Within one product no SKU, barcode, id or combination of options may occur twice."""
    seen: set[tuple[str, object]] = set()
    details = []
    for index, variant in enumerate(variants):
        marks: list[tuple[str, object]] = [("id", variant.id), ("sku", sku_key(variant.sku))]
        marks += [("barcodes", barcode) for barcode in variant.barcodes]
        marks.append(("options", tuple(sorted(variant.options.items()))) if variant.options else ("", index))
        for field, value in marks:
            if (field, value) in seen:
                details.append(Detail(f"variants.{index}.{field}", "duplicate", "It occurs twice."))
            seen.add((field, value))
    if details:
        raise Invalid(details=details)
