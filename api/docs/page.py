"""The page: guide, error codes, every operation by area, and the objects they answer with."""

from dataclasses import dataclass
from string import Template
from typing import Any

from api.docs.markup import attribute, code, escape, markdown, slug
from api.docs.operations import operation_block
from api.docs.start import quick_start
from api.docs.tables import answered_objects, table_of
from api.pages.assets import asset, policy_of, style

Json = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """A rendered page and the policy under which a browser may show it."""

    html: str
    security_policy: str


def render(document: Json) -> Page:
    """The page of a document."""
    sheet, script = style("api.docs", "docs.css"), asset("api.docs", "docs.js")
    lead, _, guide = document["info"]["description"].partition("\n\n")
    html = Template(asset("api.docs", "docs.html")).substitute(
        title=escape(document["info"]["title"]),
        version=escape(document["info"]["version"]),
        style=sheet,
        script=script,
        sidebar=_sidebar(document),
        start=quick_start(document),
        lead=markdown(lead),
        guide=markdown(guide, heading=3, anchors=True),
        errors=_error_codes(document),
        details=_detail_codes(document),
        areas="".join(_area(document, tag) for tag in document["tags"]),
        objects=_objects(document),
    )
    return Page(html, policy_of(sheet, script))


def operations_in(document: Json, area: str) -> list[tuple[str, str, Json]]:
    """The operations of an area: method, path, and what is told of them."""
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if area in operation["tags"]
    ]


def _sidebar(document: Json) -> str:
    lines = document["info"]["description"].splitlines()
    titles = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    guide = [
        ("start", "Quick start"),
        *((slug(title), title) for title in titles),
        ("errors", "Error codes"),
        ("details", "Detail codes"),
    ]
    groups = [_group("Guide", "".join(_link(there, title) for there, title in guide))]
    for tag in document["tags"]:
        links = "".join(
            f'<li><a href="#{attribute(operation["operationId"])}"'
            f' data-find="{attribute(f"{method} {path}")}">'
            f'<span class="m {method}">{method[:3] if method == "delete" else method}</span>'
            f"{escape(operation['summary'])}</a></li>"
            for method, path, operation in operations_in(document, tag["name"])
        )
        groups.append(_group(tag["name"], links))
    objects = "".join(_link(f"object-{name}", name) for name in answered_objects(document))
    return "".join([*groups, _group("Objects", objects)])


def _link(there: str, title: str) -> str:
    return f'<li><a href="#{attribute(there)}">{escape(title)}</a></li>'


def _group(title: str, links: str) -> str:
    return f"<section><h2>{escape(title)}</h2><ul>{links}</ul></section>"


def _error_codes(document: Json) -> str:
    rows = "".join(
        f"<tr><td>{refusal['status']}</td><td>{code(refusal['code'])}</td><td>{escape(refusal['meaning'])}</td></tr>"
        for refusal in document["x-error-codes"]
    )
    return _table_of_codes(("Status", "Code", "Meaning"), rows)


def _detail_codes(document: Json) -> str:
    rows = "".join(
        f"<tr><td>{code(detail['code'])}</td><td>{escape(detail['meaning'])}</td></tr>"
        for detail in document["x-detail-codes"]
    )
    return _table_of_codes(("Code", "Meaning"), rows)


def _table_of_codes(columns: tuple[str, ...], rows: str) -> str:
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    content = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="wide"><table class="codes">{content}</table></div>'


def _area(document: Json, tag: Json) -> str:
    blocks = "".join(
        operation_block(document, *operation) for operation in operations_in(document, tag["name"])
    )
    return (
        f'<section class="area" aria-labelledby="area-{slug(tag["name"])}">'
        f'<h2 id="area-{slug(tag["name"])}">{escape(tag["name"])}</h2>'
        f'<div class="about">{markdown(tag["description"])}</div>{blocks}</section>'
    )


def _objects(document: Json) -> str:
    schemas = document["components"]["schemas"]
    return "".join(
        f'<article class="object" id="object-{attribute(name)}"><h3>{escape(name)}</h3>'
        f"{markdown(schemas[name].get('description', ''))}"
        f"{table_of(schemas[name], schemas, deep=False)}</article>"
        for name in answered_objects(document)
    )
