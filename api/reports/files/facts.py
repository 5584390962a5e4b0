"""What a file is of, in people's words: what was asked for, and when.

All of it follows from the token of the file, by which it is verified; only names of things, which stand
beside their ids or on paper in place of them, are told as they were when it was made.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import parse_qsl

from api.reports.files.about import About
from api.reports.files.shown import moment_shown
from domain.catalog.cells import moment_text

#: What the parameters of a report are called, in the order in which they are told.
_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "from": "From",
        "to": "To",
        "store_id": "Stores",
        "register": "Register",
        "storage": "Storage",
        "channel": "Channel",
        "cashier": "Cashier",
        "customer": "Customer",
        "customer_group": "Customer group",
        "category": "Category",
        "brand": "Brand",
        "supplier": "Supplier",
        "search": "Search",
        "account": "Account",
        "depth": "Levels of the tree",
        "days": "Days",
        "buckets": "Ages up to so many days",
        "interval": "In steps of",
        "group": "By",
        "sort": "Sorted by",
        "as_of": "As known at",
        "basis": "Figures",
        "compare_to": "Compared to",
        "align": "Compared by",
        "include": "Also shown",
    }
)
#: Those that are words of the interface, and how people say these where not with blanks alone.
_CHOICES = frozenset({"account", "interval", "group", "compare_to", "basis", "align", "include"})
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "current": "as known now",
        "first_reported": "as first reported",
        "date": "the same dates",
        "weekday": "the same weekdays",
        "gone": "rows that only the other period has",
        "none": "nothing",
    }
)
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def facts_of(about: About, names: Mapping[str, str] = _NO_NAMES) -> Iterator[tuple[str, str]]:
    """All that is known of a file whose rows are written: labels with what they say.

    Spreadsheets of before `headings` say what was asked for as it stands in the address, and microseconds.
    """
    is_in_words = bool(about.headings)
    yield "Report", about.title
    yield "Company", about.company
    yield "Currency", about.currency
    yield from asked_of(about, names) if is_in_words else about.asked()
    yield "Read position", str(about.position)
    yield "Made at", (moment_shown if is_in_words else moment_text)(about.made_at)
    yield "Rows", str(about.rows)
    if about.count is not None:
        yield "Rows in all", str(about.count)
    yield "Checksum (SHA-256)", about.checksum


def asked_of(about: About, names: Mapping[str, str] = _NO_NAMES) -> Iterator[tuple[str, str]]:
    """What was asked for, and with which days it is compared."""
    texts: dict[str, list[str]] = {}
    for name, value in parse_qsl(about.query):
        texts.setdefault(name, []).append(value)
    for name in sorted(texts, key=[*_LABELS, *texts].index):
        label = _LABELS.get(name, name.replace("_", " ").capitalize())
        yield label, ", ".join(names.get(value.lower(), _said(name, value)) for value in texts[name])
    if about.compared_with:
        first, last = about.compared_with
        yield "Compared with", f"{first} to {last}"


def _said(name: str, value: str) -> str:
    if name in _CHOICES:
        return _WORDS.get(value, value.replace("_", " "))
    return _SAID[name](value) if name in _SAID else value


def _order(value: str) -> str:
    column = value.removeprefix("-").replace("_", " ")
    return f"{column}, descending" if value.startswith("-") else column


def _moment(value: str) -> str:
    try:
        return moment_shown(datetime.fromisoformat(value).astimezone(UTC))
    except (ValueError, OverflowError):
        return value


_SAID: Mapping[str, Callable[[str], str]] = MappingProxyType({"sort": _order, "as_of": _moment})
