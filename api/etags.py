"""Versions of resources as headers name them: `If-Match` compares strongly, `If-None-Match` weakly."""

import re

from falcon import Request

from api.failures import InvalidParameter
from domain.errors import Detail

# One element of a list, which may be empty, up to the next. Nothing here can be read in two ways, so a header
# of any length is read once.
_ELEMENT = re.compile(r'(?:(W/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,[ \t]*|\Z)')
_VERSION = re.compile(r"[1-9][0-9]{0,17}\Z")


def matches_etag(req: Request, etag: str) -> bool:
    """Whether `If-None-Match` says that the client has it: `*` is any, a weak ETag is as good.

    Raises InvalidParameter.
    """
    candidates = _tags(req, "If-None-Match")
    return candidates is not None and (
        "*" in candidates or etag in (tag.removeprefix("W/") for tag in candidates)
    )


def expected_versions(req: Request) -> frozenset[int] | None:
    """The versions of which the client has seen one (`If-Match`), or None for any. Raises InvalidParameter.

    What no version is called, and a weak ETag, is the version of nothing.
    """
    expected = _tags(req, "If-Match")
    if expected is None or expected == ["*"]:
        return None
    return frozenset(int(tag[1:-1]) for tag in expected if _VERSION.match(tag[1:-1]) and tag[0] == '"')


def _tags(req: Request, header: str) -> list[str] | None:
    """The ETags that a header lists, or `*` alone; None without the header. Raises InvalidParameter."""
    value = req.get_header(header)
    if value is None:
        return None
    text, offset, tags = value.strip(" \t"), 0, []
    if text == "*":
        return ["*"]
    while offset < len(text):
        element = _ELEMENT.match(text, offset)
        if element is None:
            break
        if element[2] is not None:
            tags.append(f'{element[1] or ""}"{element[2]}"')
        offset = element.end()
    if offset < len(text) or not tags:
        message = 'ETags such as "3", divided by commas, or *.'
        raise InvalidParameter(details=[Detail(header, "invalid", message)])
    return tags
