"""E-mail addresses: each names one mailbox, and a message to it goes there and nowhere else."""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9-]+"
#: `local@domain`, of what needs no quotes in a header of a message. A question mark would do as well, but
#: `=?` begins what mail programs decode to another text; nor is there an ASCII form of other letters.
PATTERN = rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*"
#: How many characters one may have, so that mail servers take it.
LONGEST = 254

_ADDRESS = re.compile(PATTERN)


def is_address(text: str) -> bool:
    """Whether it is exactly one address."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None
