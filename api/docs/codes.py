"""The page of errors: each code under its status with its remedy, and the codes of details."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import groupby
from typing import Any

from api.docs.markup import attribute, breakable, heading, inline
from api.docs.pages import GUIDE, Entry, Page

Json = dict[str, Any]

_ABOUT = (
    "A program decides by `error.code`, which never changes. Each operation names the codes of its own; "
    "every answer that is a failure has the shape that [the envelope](#envelope) tells of."
)
_ABOUT_DETAILS = (
    "Why a field stands in the way, in the `details` of a refusal; or it has the refusal's own code."
)


def errors_page(document: Json) -> Page:
    """Every code that a refusal can have."""
    return Page(
        name="errors",
        title="Errors",
        group=GUIDE,
        summary="Every error code and detail code, what it means, and what to do about it.",
        entries=list(_entries(document)),
        html=lambda: _html(document),
        markdown=lambda: _markdown(document),
    )


def _by_status(document: Json) -> Iterator[tuple[str, str, list[Json]]]:
    """An anchor, a title, and the refusals of a status, for each."""
    for status, refusals in groupby(document["x-error-codes"], lambda one: int(one["status"])):
        yield f"status-{status}", f"{status} {HTTPStatus(status).phrase}", list(refusals)


def _entries(document: Json) -> Iterator[Entry]:
    for anchor, title, refusals in _by_status(document):
        yield Entry(kind="heading", anchor=anchor, title=title)
        for one in refusals:
            words = f"{one['status']} {one['meaning']} {one.get('remedy', '')}".strip()
            yield Entry(kind="error", anchor=one["code"], title=one["code"], words=words)
    yield Entry(kind="heading", anchor="details", title="Detail codes")
    for one in document["x-detail-codes"]:
        yield Entry(kind="detail", anchor=f"detail-{one['code']}", title=one["code"], words=one["meaning"])


def _html(document: Json) -> str:
    parts = [f'<p class="lead">{inline(_ABOUT)}</p>']
    for anchor, title, refusals in _by_status(document):
        blocks = "".join(_block(one["code"], one["code"], one) for one in refusals)
        parts.append(f'{heading(2, anchor, title)}<dl class="codes">{blocks}</dl>')
    details = "".join(_block(f"detail-{one['code']}", one["code"], one) for one in document["x-detail-codes"])
    parts.append(f"{heading(2, 'details', 'Detail codes')}<p>{inline(_ABOUT_DETAILS)}</p>")
    return "".join([*parts, f'<dl class="codes">{details}</dl>'])


def _block(anchor: str, name: str, told: Json) -> str:
    there = attribute(anchor)
    cases = "".join(_case(meanings, remedy) for meanings, remedy in _cases(told))
    return (
        f'<div id="{there}"><dt><a href="#{there}"><code>{breakable(name)}</code></a></dt>'
        f"<dd>{cases}</dd></div>"
    )


def _case(meanings: list[str], remedy: str) -> str:
    told = "".join(f"<p>{inline(meaning)}</p>" for meaning in meanings)
    return told + (f'<p class="remedy"><b>What to do</b> {inline(remedy)}</p>' if remedy else "")


def _cases(told: Json) -> list[tuple[list[str], str]]:
    """What a code can mean, and what to do about it then."""
    cases = told.get("cases", [{"meanings": [told["meaning"]], "remedy": told.get("remedy", "")}])
    return [(case["meanings"], case["remedy"]) for case in cases]


def _markdown(document: Json) -> str:
    parts = [_ABOUT]
    for _, title, refusals in _by_status(document):
        parts += [f"## {title}", *(_plain(one["code"], one["code"], one) for one in refusals)]
    parts += ["## Detail codes", _ABOUT_DETAILS]
    parts += [_plain(f"detail-{one['code']}", one["code"], one) for one in document["x-detail-codes"]]
    return "\n\n".join(parts)


def _plain(anchor: str, name: str, told: Json) -> str:
    cases = [
        " ".join([*meanings, f"**What to do:** {remedy}"] if remedy else meanings)
        for meanings, remedy in _cases(told)
    ]
    beginning = f'- <a id="{anchor}"></a>`{name}`:'
    return f"{beginning} {cases[0]}" if len(cases) == 1 else "\n  - ".join([beginning, *cases])
