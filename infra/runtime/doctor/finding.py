"""What a check finds: how it is, in a sentence, and what mends it, if anything has to be mended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from infra.runtime.doctor.patient import Patient

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Result:
    """What one check found."""

    status: Status
    says: str
    mend: str = ""


@dataclass(frozen=True)
class Finding:
    """The same, with the name of the check."""

    check: str
    status: Status
    says: str
    mend: str = ""


#: Looks at one thing. What it raises is told as a failure of the check.
Check = Callable[[Patient], Result]


def ok(says: str) -> Result:
    """All is well."""
    return Result("ok", says)


def warn(says: str, mend: str) -> Result:
    """It works, but somebody should do something about it."""
    return Result("warn", says, mend)


def fail(says: str, mend: str) -> Result:
    """It does not work, or sales may be lost."""
    return Result("fail", says, mend)
