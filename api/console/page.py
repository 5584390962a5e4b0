"""GET /console: the page, which knows nothing; the API tells it what whoever signs in on it may see."""

import secrets
from string import Template

import falcon
from falcon import Request, Response

from api.media import HTML
from api.operations import PUBLIC, operation
from api.pages.assets import asset, style
from api.resource import Resource
from api.services import Services

_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


class Console(Resource):
    """The console."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._page = Template(asset("api.console", "console.html"))
        self._style = style("api.console", "console.css")

    @operation(
        PUBLIC,
        "Open the console",
        media=(HTML,),
        description="The page holds no data. Whoever signs in on it sees what `audit.view` and their other "
        "permissions let the API answer to them; whoever lacks `audit.view` sees nothing.",
    )
    def on_get(self, _req: Request, resp: Response) -> None:
        """A page for people: live sales, events, histories, and how read models are."""
        # A nonce is good for one answer, so the page is not kept by anybody.
        nonce = secrets.token_urlsafe(16)
        resp.set_header("Content-Security-Policy", _POLICY.format(nonce=nonce))
        resp.content_type = falcon.MEDIA_HTML
        resp.text = self._page.substitute(nonce=nonce, style=self._style)
