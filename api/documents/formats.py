"""The formats that a document is written in."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from api.documents.model import Document
from api.documents.pdf import as_pdf
from api.documents.plain import as_csv, as_html
from api.media import CSV, HTML, PDF

#: By the name of a format, its media type and what writes it.
FORMATS: Mapping[str, tuple[str, Callable[[Document], bytes]]] = MappingProxyType(
    {"pdf": (PDF, as_pdf), "html": (HTML, as_html), "csv": (CSV, as_csv)}
)
