"""The formats that a document is written in."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from types import MappingProxyType

from api.documents.model import Document
from api.documents.plain import as_csv, as_html
from api.media import CSV, HTML, PDF
from commands.unavailable import Busy

#: For how many seconds a PDF waits for those before it; it holds a thread of the web server meanwhile.
_PATIENCE = 2.0
#: A long PDF takes seconds of the processor, so that a process writes one at a time.
_TURN = Lock()


@contextmanager
def pdf_turn() -> Iterator[None]:
    """This thread's turn to write a PDF. Raises Busy."""
    if not _TURN.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        yield
    finally:
        _TURN.release()


def _as_pdf(document: Document) -> bytes:
    """The document as a PDF. Raises Busy."""
    # The library takes a second to import, which a process that writes no document is spared.
    from api.documents.pdf import as_pdf  # noqa: PLC0415

    with pdf_turn():
        return as_pdf(document)


#: By the name of a format, its media type and what writes it.
FORMATS: Mapping[str, tuple[str, Callable[[Document], bytes]]] = MappingProxyType(
    {"pdf": (PDF, _as_pdf), "html": (HTML, as_html), "csv": (CSV, as_csv)}
)
