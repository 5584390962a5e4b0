"""`mipos`, but that what costs processors much and tests nothing is cheap or rare."""

import sys
from dataclasses import replace
from datetime import timedelta

from argon2 import PasswordHasher

from infra.cli import main as command_line
from infra.identity import hashes

#: Jobs that go round all companies, and how often they do so here. Tests found more companies than a round
#: comes to an end with: at their own pace, these would keep a sixth of a processor busy all the time.
ROUNDS = ("stock-verification", "report-reconciliation")
SELDOM = timedelta(minutes=2)


def cheap_hasher() -> PasswordHasher:
    """What hashes passwords in tests; a real hash takes a core for 0.2 s."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def go_round_seldom() -> None:
    """Have the worker compare figures of all companies once in a while."""
    from infra.runtime import models  # noqa: PLC0415 other commands do without

    models.JOBS = tuple(replace(job, every=SELDOM) if job.name in ROUNDS else job for job in models.JOBS)


def main() -> None:
    """Run the command line so."""
    setattr(hashes, "PasswordHasher", cheap_hasher)  # noqa: B010 - the module does not export it
    if "worker" in sys.argv:
        go_round_seldom()
    command_line.main()


if __name__ == "__main__":
    main()
