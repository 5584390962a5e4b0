"""Whether somebody still may what they might when they asked for something that is done later."""

from dataclasses import replace

from commands.access import Access
from commands.ports import Caller
from domain.errors import NotAllowed
from domain.permissions import permissions_of
from projections.base import Database
from projections.companies import find_company
from projections.users import find_user


class MayNoMore(NotAllowed):
    """Whoever asked for it may not do this any more; nothing was done."""


def as_of_now(db: Database, caller: Caller, key: str, *, writing: bool) -> Caller:
    """The caller with the rights and stores of today, which hold `key`. The session may have ended since.

    Raises TokenRevoked for an archived company, CompanySuspended, SubscriptionExpired, MayNoMore.
    """
    company = find_company(db) or {}
    access = Access(
        session_is_open=True,
        rights_version=caller.rights_version,
        company_status=company.get("status"),
        subscription_status=company.get("subscription_status"),
    )
    access.check(caller.rights_version, writing=writing)
    user = find_user(db, caller.user_id) if caller.user_id else None
    if user is None:
        return caller
    permissions = permissions_of(user["role"], user["granted"], user["denied"])
    if not user["is_active"] or key not in permissions:
        raise MayNoMore
    return replace(
        caller, role=user["role"], permissions=permissions, store_ids=tuple(user["store_ids"] or ())
    )
