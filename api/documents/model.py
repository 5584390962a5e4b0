"""What a document consists of, whatever it is written as."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody on a document: in which part (`role`), what they are called, and more lines about them."""

    role: str
    name: str
    lines: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table; `width` is its share of the page, and numbers stand at the right."""

    name: str
    width: int
    is_number: bool = False


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document with one table. `facts` and `totals` are labels with what they say."""

    title: str
    number: str
    parties: Sequence[Party]
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str]] = ()
    note: str | None = None

    def condensed(self) -> "Document":
        """The document without columns in which nothing stands."""
        kept = [number for number in range(len(self.columns)) if any(row[number] for row in self.rows)]
        return replace(
            self,
            columns=[self.columns[number] for number in kept],
            rows=[[row[number] for number in kept] for row in self.rows],
        )
