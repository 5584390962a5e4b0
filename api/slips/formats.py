"""The formats that a slip is written in."""

from collections.abc import Callable, Mapping
from threading import Lock
from types import MappingProxyType

from api.media import ESCPOS, HTML, PDF
from api.slips.html import as_html
from api.slips.model import Paper, Slip
from commands.unavailable import Busy

#: For how many seconds a PDF waits for those before it; it holds a thread of the web server meanwhile.
_PATIENCE = 2.0
#: Fonts of Chinese, Japanese and Korean take half a second of the processor: a process writes one at a time.
_TURN = Lock()


def _as_pdf(slip: Slip, paper: Paper) -> bytes:
    """The slip as a PDF. Raises Busy."""
    # The library takes a second to import, which a process that writes no slip is spared.
    from api.slips.pdf import as_pdf  # noqa: PLC0415

    if not _TURN.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        return as_pdf(slip, paper)
    finally:
        _TURN.release()


def _as_escpos(slip: Slip, paper: Paper) -> bytes:
    """The slip for a printer."""
    from api.slips.escpos import as_escpos  # noqa: PLC0415 as above

    return as_escpos(slip, paper)


#: By the name of a format, its media type and what writes it.
FORMATS: Mapping[str, tuple[str, Callable[[Slip, Paper], bytes]]] = MappingProxyType(
    {"html": (HTML, as_html), "pdf": (PDF, _as_pdf), "escpos": (ESCPOS, _as_escpos)}
)
