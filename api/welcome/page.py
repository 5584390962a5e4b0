"""GET / and GET /api: a page for people, links for programs."""

from dataclasses import dataclass
from functools import cached_property
from string import Template

import falcon
from falcon import Request, Response

from api.constant import Constant
from api.envelope import encode, ok
from api.media import HTML, JSON
from api.openapi.texts import VERSION
from api.operations import PUBLIC, operation
from api.pages.assets import asset, policy_of, style
from api.resource import Resource
from api.welcome.answers import WelcomeAnswer

_LINKS = WelcomeAnswer(
    name="MIPOS",
    version=VERSION,
    documentation="/docs",
    openapi="/api/openapi.json",
    console="/console",
    health="/health",
    sign_in="/api/auth/login",
)


@dataclass(frozen=True)
class _Page:
    content: Constant
    security_policy: str


class Welcome(Resource):
    """What stands at the door."""

    @cached_property
    def _page(self) -> _Page:
        sheet = style("api.welcome", "welcome.css")
        entrance = "demo.html" if self.services.has_demo else "own.html"
        html = Template(asset("api.welcome", "welcome.html")).substitute(
            version=VERSION, style=sheet, entrance=asset("api.welcome", entrance)
        )
        return _Page(Constant(html.encode(), falcon.MEDIA_HTML), policy_of(sheet))

    @cached_property
    def _links(self) -> Constant:
        return Constant(encode(ok(_LINKS)), falcon.MEDIA_JSON)

    @operation(PUBLIC, "Find the way", media=(HTML,), answer=WelcomeAnswer)
    def on_get(self, req: Request, resp: Response) -> None:
        """A page for browsers, which ask for `text/html`, and links for everybody else."""
        if req.client_prefers((JSON, HTML)) == HTML:
            resp.set_header("Content-Security-Policy", self._page.security_policy)
            self._page.content.answer(req, resp)
        else:
            self._links.answer(req, resp)
        resp.append_header("Vary", "Accept")
