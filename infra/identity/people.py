"""Who a user name belongs to, before anybody has signed in."""

from uuid import UUID

from domain.companies import PLATFORM_ID
from infra.decisions.transactions import Transactions
from projections.base import Row
from projections.users import ask_directory, find_user


def find_by_name(transactions: Transactions, username: str) -> tuple[Row | None, UUID]:
    """The user of this name and their company; for a name nobody has, as many questions are asked."""
    perform, nobody = transactions.perform, {"company_id": PLATFORM_ID, "user_id": UUID(int=0)}
    entry = perform(PLATFORM_ID, lambda db: ask_directory(db, username).row(), reading=True)
    owner = entry or nobody
    user = perform(owner["company_id"], lambda db: find_user(db, owner["user_id"]), reading=True)
    return user, owner["company_id"]
