"""Where somebody arrives who knows the address and nothing else: what this is, and where to go from here."""

from falcon import App, Request, Response

from api.services import Services
from api.welcome.files import Icon, Picture, Robots
from api.welcome.page import Welcome

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The page at both addresses that people try first, and the files that browsers ask for by themselves."""
    welcome = Welcome(services)
    app.add_route("/", welcome)
    app.add_route("/api", welcome)
    app.add_route("/favicon.ico", Icon(services))
    app.add_route("/icon.svg", Picture(services))
    app.add_route("/robots.txt", Robots(services))
