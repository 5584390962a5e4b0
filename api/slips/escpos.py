"""A slip as commands for a printer of slips (ESC/POS). Its import takes a fifth of a second."""

import shutil
from pathlib import Path

from escpos import capabilities
from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy

from api.slips.columns import Line, lines_of
from api.slips.letters import runs
from api.slips.model import Paper, Slip

# The library leaves a folder of its own behind in each process that imports it.
shutil.rmtree(Path(capabilities.pickle_dir), ignore_errors=True)

#: By which pin of its socket the lock of a drawer gets its pulse.
_DRAWER_PIN = 2
#: How many dots a square of a QR code is wide, on wide paper and on narrow.
_WIDE_SQUARE, _NARROW_SQUARE, _WIDE_COLUMNS = 5, 4, 48


def as_escpos(slip: Slip, paper: Paper) -> bytes:
    """The commands that print the slip, cut it off, and open the drawer first if that is due."""
    printer = Dummy()
    printer.hw("INIT")
    if slip.opens_drawer:
        printer.cashdraw(_DRAWER_PIN)
    for line in lines_of(slip, paper.columns):
        if line.code is None:
            _write(printer, line)
        else:
            _draw(printer, line.code, paper)
    printer.cut()
    output: bytes = printer.output
    return output


def _write(printer: Dummy, line: Line) -> None:
    printer.set(
        align="center" if line.is_centered else "left",
        bold=line.is_strong,
        double_height=line.is_large,
        double_width=False,
        normal_textsize=not line.is_large,
    )
    for page, piece in runs(line.text):
        printer.magic.write_with_encoding(page.upper(), piece)
    printer.ln()


def _draw(printer: Dummy, code: str, paper: Paper) -> None:
    printer.set(align="center")
    size = _WIDE_SQUARE if paper.columns >= _WIDE_COLUMNS else _NARROW_SQUARE
    printer.qr(code, ec=QR_ECLEVEL_M, size=size, native=True)
    printer.ln()
