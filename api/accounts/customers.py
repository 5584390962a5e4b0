"""Whether there is such a customer."""

from uuid import UUID

from api.services import Reading
from commands.ports import Missing
from projections.accounts.balances import is_customer


def check_customer(reading: Reading, customer_id: UUID) -> None:
    """Raise Missing if there is none."""
    if not is_customer(reading.db, customer_id):
        raise Missing
