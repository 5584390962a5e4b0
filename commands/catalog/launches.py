"""The launch of products that were coming soon, when their time has come."""

from dataclasses import dataclass
from uuid import UUID

from commands.ports import UnitOfWork
from domain.catalog.products import Product


@dataclass(frozen=True, kw_only=True)
class LaunchDueProducts:
    """Put on sale those of these products whose launch is due."""

    product_ids: tuple[UUID, ...]


def launch_due_products(command: LaunchDueProducts, work: UnitOfWork) -> int:
    """Launch them, and say how many there were; what is not coming soon or not due is left as it is.

    Raises Missing.
    """
    products = [work.load(Product, product_id) for product_id in command.product_ids]
    due = [product for product in products if product.is_due(work.now)]
    for product in due:
        product.change_status("active")
    work.save(*due)
    return len(due)
