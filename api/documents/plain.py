"""A document as a page of HTML, and its table as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape

from api.documents.model import Column, Document, Party

#: What a spreadsheet would compute a text that begins with it from.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_STYLE = """
body { font: 11pt sans-serif; margin: 2em auto; max-width: 60em; }
.parties { display: flex; gap: 3em; flex-wrap: wrap; }
.parties p { white-space: pre-line; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #bbb; padding: .3em .5em; text-align: start; vertical-align: top; }
.number { text-align: end; white-space: nowrap; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
"""


def as_csv(document: Document) -> bytes:
    """The table with its header. A text that a spreadsheet would compute gets an apostrophe in front."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([column.name for column in document.columns])
    writer.writerows(_cells(row, document.columns) for row in document.rows)
    return file.getvalue().encode()


def as_html(document: Document) -> bytes:
    """A page that needs nothing besides itself."""
    document = document.condensed()
    title = f"{escape(document.title)} {escape(document.number)}"
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>',
        f"<body><h1>{title}</h1>",
        f'<div class="parties">{"".join(map(_party, document.parties))}</div>',
        f"<table><tbody>{''.join(map(_fact, document.facts))}</tbody></table>",
        _table(document),
        f"<p>{escape(document.note)}</p>" if document.note else "",
        "</body></html>",
    ]
    return "\n".join(parts).encode()


def _cells(row: Sequence[str], columns: Sequence[Column]) -> Iterable[str]:
    for cell, column in zip(row, columns, strict=True):
        yield f"'{cell}" if cell.startswith(_FORMULAS) and not column.is_number else cell


def _party(party: Party) -> str:
    lines = escape("\n".join(party.lines))
    return f'<p dir="auto"><small>{escape(party.role)}</small>\n<b>{escape(party.name)}</b>\n{lines}</p>'


def _fact(fact: tuple[str, str]) -> str:
    return f'<tr><th>{escape(fact[0])}</th><td dir="auto">{escape(fact[1])}</td></tr>'


def _table(document: Document) -> str:
    columns = document.columns
    head = "".join(_cell("th", column.name, column) for column in columns)
    rows = "".join(f"<tr>{''.join(map(_data_cell, row, columns))}</tr>" for row in document.rows)
    totals = "".join(
        f'<tr><th colspan="{len(columns) - 1}">{escape(label)}</th>'
        f'<td class="number">{escape(text)}</td></tr>'
        for label, text in document.totals
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody><tfoot>{totals}</tfoot></table>"


def _data_cell(text: str, column: Column) -> str:
    return _cell("td", text, column)


def _cell(tag: str, text: str, column: Column) -> str:
    number = ' class="number"' if column.is_number else ' dir="auto"'
    return f"<{tag}{number}>{escape(text)}</{tag}>"
