"""QR codes as rows of dark and light squares."""

from collections.abc import Sequence
from functools import lru_cache


@lru_cache(64)
def squares_of(text: str) -> Sequence[Sequence[bool]]:
    """The squares of the QR code that says `text`, by row, without the quiet zone around them."""
    # The library is imported where a first code is made; most processes make none.
    from qrcode import QRCode  # noqa: PLC0415
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415

    code = QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(row) for row in code.get_matrix())
