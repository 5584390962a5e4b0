"""What jobs take over a year that nobody has looked at, and once more when there is nothing new."""

import time
from datetime import UTC, datetime

import psycopg

from infra.bench.site import Site
from infra.runtime.models import JOBS
from infra.runtime.services import make_event_writer


def measure_jobs(site: Site) -> dict[str, dict[str, float]]:
    """Seconds of each job, the first time and again. Some do a bounded part of what is left each time."""
    site.say("Doing what is done at night")
    return {"scale_job_seconds": _round(site), "scale_job_again_seconds": _round(site)}


def _round(site: Site) -> dict[str, float]:
    seconds = {}
    for job in JOBS:
        with psycopg.connect(site.addresses.worker, autocommit=True) as connection:
            began = time.monotonic()
            job.do(connection, make_event_writer(), datetime.now(UTC))
            seconds[job.name] = round(time.monotonic() - began, 3)
    return seconds
