"""Who manages a company or runs the platform, appointed by whoever runs the service."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from commands.companies import AppointAdmin, AppointSuperAdmin, appoint_admin, appoint_super_admin
from commands.outcomes import Response
from commands.ports import Caller
from domain.companies import PLATFORM_ID
from domain.users import User
from infra.cli.passwords import hash_of
from infra.postgres.pool import RequestPool
from infra.runtime.services import make_application


def appoint(pool: RequestPool, company_id: UUID, username: str, password: str) -> bool:
    """Make the user an admin with this password; whether they were there before. Raises Refusal."""
    command = AppointAdmin(username=username, password_hash=hash_of(password))
    return _has_existed(pool, company_id, appoint_admin, command)


def appoint_for_platform(pool: RequestPool, username: str, password: str) -> bool:
    """Make the user a super admin with this password; whether they were one before.

    Raises DuplicateUsername when somebody else has the name.
    """
    command = AppointSuperAdmin(username=username, password_hash=hash_of(password))
    return _has_existed(pool, PLATFORM_ID, appoint_super_admin, command)


def _has_existed(
    pool: RequestPool, company_id: UUID, handler: Callable[[Any, Any], User], command: Any
) -> bool:
    answers: list[bool] = []

    def present(person: User) -> Response:
        answers.append(person.version > 1)
        return Response(200, None, b"")

    make_application(pool).run(Caller(company_id=company_id, user_id=None), handler, command, present)
    return answers[-1]
