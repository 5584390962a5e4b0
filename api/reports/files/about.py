"""Where a report's file came from: enough to ask the same again, years later, and to see what differs."""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Self
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from domain.weeks import WEEK_START, WeekStart

#: What a file's token begins with, by which it is found in files of any format.
MARK = "mipos-report:"
_TOKEN = re.compile(rb"mipos-report:([A-Za-z0-9_-]+=*)")


#: What files of baskets are of, beside the areas of reports.
BASKETS = "market-basket"


class NoReport(Exception):
    """The file does not say which report it is."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is of: `query` is that of the address, with the stores that it was about.

    No fact beyond `position` is in it, and its weeks begin on `week_start`, whatever the company sets later;
    a token of before says nothing of it, and has weeks from Monday on. `checksum` is that of the rows, the
    same in every format; `headings` that of what columns are called, of which tokens of before say nothing.
    Where the file has only the first rows, `count` is how many there are in all.
    """

    company_id: UUID
    company: str
    currency: str
    area: str
    section: str
    title: str
    query: str
    columns: tuple[str, ...]
    position: int
    made_at: datetime
    week_start: WeekStart = WEEK_START
    compared_with: tuple[date, date] | None = None
    rows: int = 0
    checksum: str = ""
    headings: str = ""
    count: int | None = None

    @property
    def token(self) -> str:
        """All of it in one word, for machines."""
        return MARK + base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()

    @classmethod
    def of(cls, content: bytes) -> Self:
        """What the last token in this content says. Raises NoReport."""
        tokens = _TOKEN.findall(content)
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(tokens[-1]), type=cls)
        except (IndexError, binascii.Error, msgspec.MsgspecError):
            raise NoReport from None

    def asked(self) -> Iterator[tuple[str, str]]:
        """What was asked for as it stands in the address, and with which days it is compared."""
        yield from self.filters()
        if self.compared_with:
            first, last = self.compared_with
            yield "Compared with", f"{first} to {last}"

    def filters(self) -> Sequence[tuple[str, str]]:
        """What was asked for, as it stands in the address; what occurs several times in one line."""
        texts: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query):
            texts.setdefault(name.replace("_", " ").capitalize(), []).append(value)
        return [(name, ", ".join(values)) for name, values in texts.items()]
