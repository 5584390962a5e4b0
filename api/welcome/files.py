"""Files that browsers and robots look for at any address."""

from functools import cached_property
from importlib.resources import files

from falcon import Request, Response

from api.constant import Constant
from api.media import ICO, SVG, TEXT
from api.operations import PUBLIC, operation
from api.pages.assets import asset
from api.resource import Resource

#: Nothing here is for a search engine: what is public is one shop's own, and receipts are their holders'.
_ROBOTS = "User-agent: *\nDisallow: /\n"


class Icon(Resource):
    """The icon for browsers that ask for nothing else: 16, 32 and 48 pixels."""

    @cached_property
    def _constant(self) -> Constant:
        return Constant(files("api.welcome").joinpath("favicon.ico").read_bytes(), ICO)

    @operation(PUBLIC, "Fetch the icon", media=(ICO,))
    def on_get(self, req: Request, resp: Response) -> None:
        """The icon of the pages for old browsers; the others take `/icon.svg`."""
        self._constant.answer(req, resp)


class Picture(Resource):
    """The icon as it was drawn."""

    @cached_property
    def _constant(self) -> Constant:
        return Constant(asset("api.welcome", "icon.svg").encode(), SVG)

    @operation(PUBLIC, "Fetch the icon as SVG", media=(SVG,))
    def on_get(self, req: Request, resp: Response) -> None:
        """The icon of the pages, in colours that can be seen on light and dark."""
        self._constant.answer(req, resp)


class Robots(Resource):
    """What search engines may read."""

    _constant = Constant(_ROBOTS.encode(), f"{TEXT}; charset=utf-8")

    @operation(PUBLIC, "Read what robots may visit", media=(TEXT,))
    def on_get(self, req: Request, resp: Response) -> None:
        """Nothing: an installation and what it answers are no matter of search engines."""
        self._constant.answer(req, resp)
