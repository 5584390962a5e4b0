"""What a browser shows of an address that leads nowhere."""

import html
import re
from functools import cache
from string import Template

import falcon
from falcon import Request, Response

from api.media import HTML, JSON
from api.pages.assets import asset, policy_of, style
from domain.errors import Refusal

#: A path in a sentence that asks whether it was meant; one with a parameter leads nowhere as it stands.
_MEANT = re.compile(r"Did you mean (/[a-z0-9./_-]*)\?")


def show_missing(req: Request, resp: Response, refusal: Refusal) -> bool:
    """Show a browser what was not found, the nearest there is, and where all else is; False for programs."""
    if not _is_for_people(req):
        return False
    template, sheet = _parts()
    said = _MEANT.sub(_linked, html.escape(refusal.message))
    resp.content_type = falcon.MEDIA_HTML
    resp.set_header("Content-Security-Policy", policy_of(sheet))
    resp.append_header("Vary", "Accept")
    resp.data = template.substitute(style=sheet, message=said, code=refusal.code).encode()
    return True


def _is_for_people(req: Request) -> bool:
    # Below `/api` nothing is for people, whatever they look at it with.
    return not req.path.startswith("/api/") and req.client_prefers((JSON, HTML)) == HTML


def _linked(meant: re.Match[str]) -> str:
    return f'Did you mean <a href="{meant[1]}">{meant[1]}</a>?'


@cache
def _parts() -> tuple[Template, str]:
    return Template(asset("api.pages", "missing.html")), style("api.pages", "missing.css")
