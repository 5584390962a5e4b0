"""The first user of a company, who manages it."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from api.services import Services
from commands.companies import FirstAdmin
from domain.passwords import check_password


def first_admin(services: Services, admin: Mapping[str, Any]) -> FirstAdmin:
    """The first admin as a body names them, the password hashed. Raises WeakPassword."""
    check_password(admin["password"], admin["username"], "admin.password")
    return FirstAdmin(
        id=uuid4(),
        username=admin["username"],
        email=admin["email"],
        password_hash=services.authentication.hash_password(admin["password"]),
    )
