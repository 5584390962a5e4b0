"""A job: something that is done from time to time. Whoever needs one declares it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from infra.decisions.unit_of_work import EventWriter


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something done from time to time, over a connection of its own."""

    name: str
    every: timedelta
    #: Does it; the writer is for those that record something, the moment is now.
    do: Callable[[psycopg.Connection[Any], EventWriter, datetime], object]
    #: Whether what it records is due by the clock: a wrong one would record what is not due for a year.
    records_what_is_due: bool = False
    #: Whether it looks at inline read models: where the database has others, it is not done, and it leaves
    #: out companies that are closed.
    reads_models: bool = False
