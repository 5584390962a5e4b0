"""Lines of a log as people read them in a terminal: one short line for a request, as for all else."""

import json
import os
import re
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import msgspec

from infra.process.lines import Line

#: A parameter of a path says in its template what it is read as, which nobody who watches has to know.
_READ_AS = re.compile(r":\w+}")
_DIM, _GREEN, _CYAN, _YELLOW, _RED = "2", "32", "36", "33", "31"
_BY_LEVEL: Final[Mapping[str, str]] = {"warning": _YELLOW, "error": _RED, "critical": _RED}
_BY_HUNDREDS: Final[Mapping[int, str]] = {2: _GREEN, 3: _CYAN, 4: _YELLOW, 5: _RED}


def is_terminal(stream: BinaryIO) -> bool:
    """Whether a person looks at it as it is written."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def wants_colour(stream: BinaryIO) -> bool:
    """Whether it is a terminal of somebody who did not ask to be spared (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def readable(line: Line, *, in_colour: bool = False) -> bytes:
    """The line as a person reads it, at the time of their clock. It says nothing that the line does not."""
    fields = msgspec.json.decode(line.fields)
    is_answer = line.event == "answered" and line.status is not None
    words = _answered(line, fields) if is_answer else _happened(line, fields)
    time = (line.at.astimezone().strftime("%H:%M:%S"), _DIM)
    shown = (_painted(text, colour) if in_colour else text for text, colour in (time, *words) if text)
    return "  ".join(shown).encode(errors="replace") + b"\n"


def _answered(line: Line, fields: dict[str, Any]) -> list[tuple[str, str]]:
    status = line.status or 0
    path = "(no such path)" if line.route in {None, "unknown"} else _READ_AS.sub("}", line.route or "")
    return [
        (f"{fields.get('method', ''):<6}", ""),
        (f"{path:<44}", ""),
        (" ".join(filter(None, [str(status), fields.get("code")])), _BY_HUNDREDS.get(status // 100, "")),
        (f"{line.milliseconds or 0:.0f} ms", _DIM),
        (str(fields.get("role") or ""), _CYAN),
    ]


def _happened(line: Line, fields: dict[str, Any]) -> list[tuple[str, str]]:
    """What else is told: how bad it is, what it was, and what is known of it."""
    level = "" if line.level == "info" else line.level
    common = {"status": line.status, "route": line.route, "company_id": line.company_id}
    facts = {name: value for name, value in common.items() if value is not None} | fields
    traces = facts.pop("exception", None)
    words = [(level, _BY_LEVEL.get(line.level, "")), (_in_one_line(line.event), "")]
    words += [(f"{_in_one_line(name)}={_in_one_line(value)}", _DIM) for name, value in facts.items()]
    return [*words, *((_trace(error), _DIM) for error in traces or [])]


def _in_one_line(value: Any) -> str:
    return value if isinstance(value, str) and value.isprintable() else json.dumps(value, default=str)


def _trace(error: Any) -> str:
    """An error and the lines of code that led to it, below each other."""
    if not isinstance(error, dict):
        return _in_one_line(error)
    places = [
        f"\n    {at.get('filename')}:{at.get('lineno')} {at.get('function')}"
        for at in error.get("frames", [])
    ]
    return f"\n  {_in_one_line(error.get('error'))}{''.join(places)}"


def _painted(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text
