"""Signing in, staying signed in, and who one is."""

from falcon import App, Request, Response

from api.auth.me import Me
from api.auth.passwords import ForgottenPassword, PasswordChange, PasswordReset
from api.auth.pins import Pin
from api.auth.registration import Registration
from api.auth.signing_in import Login, Logout, Refresh, TillLogin
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of signing in."""
    app.add_route("/api/auth/login", Login(services))
    app.add_route("/api/auth/pos/login", TillLogin(services))
    app.add_route("/api/auth/register", Registration(services))
    app.add_route("/api/auth/refresh", Refresh(services))
    app.add_route("/api/auth/logout", Logout(services))
    app.add_route("/api/auth/me", Me(services))
    app.add_route("/api/auth/change-password", PasswordChange(services))
    app.add_route("/api/auth/pin", Pin(services))
    app.add_route("/api/auth/forgot-password", ForgottenPassword(services))
    app.add_route("/api/auth/reset-password", PasswordReset(services))
