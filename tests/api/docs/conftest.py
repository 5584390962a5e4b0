"""What the tests of the reference share: the application, its document, and every page as it is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, cast

import pytest

from api.app import create_app
from api.docs.site import Site
from api.openapi import document_of
from api.services import Services
from infra.postgres.embedded import EmbeddedServer
from infra.runtime.services import open_pool
from infra.showcase.demo import make_demo
from tests.conftest import PASSWORD, WRITER, Client, Service, fresh_database, serving

UNUSED = cast("Any", None)
_VOID = {"meta", "input", "path", "wbr", "br", "hr", "link", "img"}


@pytest.fixture(scope="session")
def app() -> Any:
    """The application without anything behind it."""
    return create_app(
        Services(
            application=UNUSED,
            authentication=UNUSED,
            health=UNUSED,
            pictures=UNUSED,
            now=lambda: datetime.now(UTC),
        )
    )


@pytest.fixture(scope="session")
def document(app: Any) -> dict[str, Any]:
    """Its document."""
    return document_of(app)


@pytest.fixture(scope="session")
def site(document: dict[str, Any]) -> Site:
    """The reference of that document."""
    return Site(document)


@dataclass
class Read(HTMLParser):
    """A page as it is read: its ids, links, what it loads, and whether its tags are closed in order."""

    html: str
    open: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read it."""
        super().__init__()
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        self.loaded += [attributes[name] for name in ("src", "srcset", "poster") if name in attributes]
        self.handlers += [name for name in attributes if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and (not self.open or self.open.pop() != tag):
            self.misplaced.append(tag)

    @property
    def words(self) -> str:
        """The page without the places at which a line may break."""
        return self.html.replace("<wbr>", "")


@pytest.fixture(scope="session")
def pages(site: Site) -> dict[str, Read]:
    """Every page by its name."""
    return {page.name: Read(site.html(page.name).html) for page in site.pages}


@pytest.fixture(scope="session")
def demo(server: EmbeddedServer) -> Iterator[Service]:
    """A server with the demo company, as somebody meets it who has just started it."""
    database = fresh_database(server, "mipos_newcomers")
    with open_pool(database.app, 2) as pool:
        make_demo(pool, WRITER, PASSWORD, datetime.now(UTC))
    with serving(database, ("serve", "worker")) as running:
        yield running


@pytest.fixture(scope="session")
def admin(demo: Service) -> Client:
    """Its admin."""
    body = {"username": "admin@demo.local", "password": PASSWORD}
    return demo.client(demo.client().post("/api/auth/login", body).data["token"])
