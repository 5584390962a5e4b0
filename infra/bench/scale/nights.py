"""What jobs take that are done from time to time."""

import time
from datetime import UTC, datetime

import psycopg

from infra.bench.site import Site
from infra.runtime.models import JOBS
from infra.runtime.services import make_event_writer


def measure_jobs(site: Site) -> dict[str, float]:
    """Seconds of each job, done once. Some do a bounded part of what is left each time."""
    site.say("Doing what is done at night")
    seconds = {}
    for job in JOBS:
        with psycopg.connect(site.addresses.worker, autocommit=True) as connection:
            began = time.monotonic()
            job.do(connection, make_event_writer(), datetime.now(UTC))
            seconds[job.name] = round(time.monotonic() - began, 3)
    return seconds
