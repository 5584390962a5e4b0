"""What decisions about users must know of the others: taken names, stores, and who else manages the users."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from domain.errors import Detail
from domain.permissions import PERMISSIONS, permissions_of
from domain.stores import Store
from domain.users import MANAGING, DuplicateUsername
from projections.base import Answer, Database, Row
from projections.guards.packages import hold_company
from projections.guards.references import References
from projections.user_directory import username_key
from projections.user_list import Surroundings
from projections.users import ask_directory

_MAY_MANAGE: LiteralString = """
    SELECT role, granted, denied FROM users
     WHERE company_id = %(company_id)s AND id <> %(id)s AND is_active AND NOT is_archived
       AND cardinality(store_ids) = 0
       AND (role = ANY(%(roles)b::text[]) OR granted && %(keys)b::text[])
"""

# Of others in the company only: who has the name elsewhere is told to nobody.
_NAMESAKE: LiteralString = """
    SELECT id, username, CASE WHEN is_active THEN 'active' ELSE 'inactive' END AS status FROM users
     WHERE company_id = %(company_id)s AND username_key = %(username_key)s AND id <> %(id)s
       AND NOT is_archived
     ORDER BY id
"""

_MANAGING_ROLES = sorted({role for key in MANAGING for role in PERMISSIONS[key][1]})


class UserContext:
    """What a decision about a user must know of the others."""

    def __init__(
        self,
        user_id: UUID,
        *,
        named: Answer | None,
        namesake: Answer | None,
        references: References,
        may_manage: Answer,
        surroundings: Surroundings,
    ) -> None:
        self._user_id = user_id
        self._named = named
        self._namesake = namesake
        self._references = references
        self._may_manage = may_manage
        self._surroundings = surroundings

    @property
    def last_login(self) -> datetime | None:
        """When the user signed in last."""
        return self._surroundings.last_login

    def stores(self, store_ids: Collection[UUID]) -> list[Mapping[str, Any]]:
        """Id, name and code of these of the stores that the user has or is to have."""
        return self._surroundings.stores(store_ids)

    def others_manage(self) -> bool:
        """Whether somebody else can manage every user of the company."""
        return any(permissions_of(**row) >= MANAGING for row in self._may_manage.rows())

    def check(self) -> None:
        """Raise Invalid for stores that are not there, OtherStore, DuplicateUsername."""
        self._references.check()
        if any(row["user_id"] != self._user_id for row in (self._named.rows() if self._named else ())):
            raise taken(self._namesake.row() if self._namesake else None)


def taken(holder: Row | None, field: str = "username") -> DuplicateUsername:
    """The refusal of a name: with the user who has it, if that is one of the company."""
    detail = Detail(field, DuplicateUsername.code, "Another user has this name.")
    if holder:
        detail.held_by(holder["id"], holder["username"], holder["status"])
    return DuplicateUsername(details=[detail])


class UsersGuard:
    """What commands ask of the users before they decide."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def context(self, user_id: UUID, values: Mapping[str, Any], *, store_ids: Sequence[UUID]) -> UserContext:
        """Ask who has the name, which stores there are and who else manages, with the next round trip.

        No other command decides about users of the company until the end. `store_ids` are those that the
        caller is bound to.
        """
        own = {"company_id": self._db.company_id, "id": user_id}
        # Two commands that take away the last admins meet here; the second sees what the first has done.
        hold_company(self._db)
        requested: Sequence[UUID] = values.get("store_ids", ())
        named = [(f"store_ids.{index}", Store.kind, store_id) for index, store_id in enumerate(requested)]
        return UserContext(
            user_id,
            named=ask_directory(self._db, values["username"]) if "username" in values else None,
            namesake=self._namesake(own, values["username"]) if "username" in values else None,
            references=References(self._db, named, store_ids),
            may_manage=self._db.ask(_MAY_MANAGE, {**own, "roles": _MANAGING_ROLES, "keys": sorted(MANAGING)}),
            surroundings=Surroundings(self._db, user_id, requested),
        )

    def _namesake(self, own: Mapping[str, Any], username: str) -> Answer:
        return self._db.ask(_NAMESAKE, {**own, "username_key": username_key(username)})
