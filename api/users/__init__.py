"""Users in the API: who works here, in which role, for which stores, and where they are signed in."""

from falcon import App, Request, Response

from api.services import Services
from api.users.listing import StoreUsers, Users
from api.users.permissions import UserPermissions
from api.users.roles import Permissions, Roles
from api.users.sessions import UserSessionById, UserSessions
from api.users.single import UserById, UserPassword, UserStores, UserSwitch

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of users, roles and permissions."""
    path = "/api/admin/settings/users"
    single = f"{path}/{{user_id:uuid}}"
    app.add_route(path, Users(services))
    app.add_route(single, UserById(services))
    app.add_route(f"{single}/activate", UserSwitch(services, is_active=True))
    app.add_route(f"{single}/deactivate", UserSwitch(services, is_active=False))
    app.add_route(f"{single}/reset-password", UserPassword(services))
    app.add_route(f"{single}/permissions", UserPermissions(services))
    app.add_route(f"{single}/stores", UserStores(services))
    app.add_route(f"{single}/sessions", UserSessions(services))
    app.add_route(f"{single}/sessions/{{session_id:uuid}}", UserSessionById(services))
    app.add_route("/api/admin/stores/{store_id:uuid}/users", StoreUsers(services))
    app.add_route("/api/admin/settings/roles", Roles(services))
    app.add_route("/api/admin/settings/permissions", Permissions(services))
