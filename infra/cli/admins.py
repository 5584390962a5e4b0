"""Who manages a company, appointed by whoever runs the service."""

from uuid import UUID

from commands.companies import AppointAdmin, appoint_admin
from commands.outcomes import Response
from commands.ports import Caller
from domain.users import User
from infra.cli.passwords import hash_of
from infra.postgres.pool import RequestPool
from infra.runtime.services import make_application


def appoint(pool: RequestPool, company_id: UUID, username: str, password: str) -> bool:
    """Make the user an admin with this password; whether they were there before. Raises Refusal."""
    answers: list[bool] = []

    def present(person: User) -> Response:
        answers.append(person.version > 1)
        return Response(200, None, b"")

    operator = Caller(company_id=company_id, user_id=None)
    command = AppointAdmin(username=username, password_hash=hash_of(password))
    make_application(pool).run(operator, appoint_admin, command, present)
    return answers[-1]
