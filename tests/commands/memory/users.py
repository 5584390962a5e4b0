"""Users in memory, and what lets them in."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import Detail
from domain.settings import name_key
from domain.stores import Store
from domain.users import DuplicateUsername, User
from tests.commands.memory.settings import check_references
from tests.commands.memory.world import World


def user_named(world: World, username: str) -> tuple[UUID, UUID] | None:
    """The company and the id of who has this name, on the whole platform."""
    for company_id in list(world.logs):
        for user in world.all(company_id, User):
            if not user.is_archived and name_key(user.values["username"]) == name_key(username):
                return company_id, user.id
    return None


class MemoryUserContext:
    """What a decision about a user must know of the others."""

    last_login: datetime | None = None

    def __init__(
        self,
        world: World,
        company_id: UUID,
        user_id: UUID,
        values: Mapping[str, Any],
        store_ids: Collection[UUID],
    ) -> None:
        self._world = world
        self._company_id = company_id
        self._user_id = user_id
        self._values = values
        self._store_ids = store_ids

    def stores(self, store_ids: Collection[UUID]) -> list[Mapping[str, Any]]:
        stores = [one for one in self._world.all(self._company_id, Store) if one.id in store_ids]
        stores.sort(key=lambda one: (name_key(one.values["name"]), one.id))
        return [{"id": one.id, "name": one.values["name"], "code": one.values["code"]} for one in stores]

    def others_manage(self) -> bool:
        users = self._world.all(self._company_id, User)
        return any(user.manages_all for user in users if user.id != self._user_id)

    def check(self) -> None:
        store_ids = enumerate(self._values.get("store_ids", ()))
        targets = [(f"store_ids.{index}", "stores", store_id) for index, store_id in store_ids]
        check_references(self._world, self._company_id, targets, self._store_ids)
        entry = user_named(self._world, self._values["username"]) if "username" in self._values else None
        if entry is not None and entry[1] != self._user_id:
            raise self._taken(*entry)

    def _taken(self, company_id: UUID, user_id: UUID) -> DuplicateUsername:
        detail = Detail("username", DuplicateUsername.code, "Another user has this name.")
        if company_id == self._company_id:
            user = next(one for one in self._world.all(company_id, User) if one.id == user_id)
            status = "active" if user.values["is_active"] else "inactive"
            detail.held_by(user_id, user.values["username"], status)
        return DuplicateUsername(details=[detail])


class MemoryUsers:
    """The users of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def context(
        self, user_id: UUID, values: Mapping[str, Any], *, store_ids: tuple[UUID, ...]
    ) -> MemoryUserContext:
        return MemoryUserContext(self._world, self._company_id, user_id, values, store_ids)


class MemoryCredentials:
    """Passwords and sessions."""

    def __init__(self, world: World, company_id: UUID, now: datetime) -> None:
        self._world = world
        self._company_id = company_id
        self._now = now

    def set_password(self, user_id: UUID, password_hash: str) -> None:
        self._world.passwords[user_id] = password_hash
        self._world.pins.pop(user_id, None)
        self._world.resets = {key: until for key, until in self._world.resets.items() if key[0] != user_id}

    def set_pin(self, user_id: UUID, pin_hash: str) -> None:
        self._world.pins[user_id] = pin_hash

    def end_sessions(self, user_id: UUID, *, but: UUID | None = None) -> None:
        for session_id, session in self._world.sessions.items():
            if session.user_id == user_id and session_id != but:
                session.is_open = False

    def take_reset(self, user_id: UUID, token_hash: bytes) -> bool:
        expires_at = self._world.resets.pop((user_id, token_hash), None)
        return expires_at is not None and expires_at > self._now

    def end_session(self, user_id: UUID, session_id: UUID) -> bool:
        session = self._world.sessions.get(session_id)
        if session is None or session.user_id != user_id or not session.is_open:
            return False
        if session.expires_at <= self._now:
            return False
        session.is_open = False
        return True
