"""The long test: a year of a large company among thousands of others is filled, followed, sold to, proved."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, LiteralString

from infra.bench import storage
from infra.bench.busyness import Busyness
from infra.bench.lag import wait_until_followed
from infra.bench.processors import of_trees
from infra.bench.recording import record_sale
from infra.bench.reports.answering import measure_answers
from infra.bench.reports.history import History
from infra.bench.scale.filling import fill, fill_small, large_shop, small_shop
from infra.bench.scale.looking_up import look_up
from infra.bench.scale.nights import measure_jobs
from infra.bench.scale.sales import Originals
from infra.bench.scale.selling import sell
from infra.bench.scale.shop import YEAR, Shop
from infra.bench.scale.sizes import Sizes
from infra.bench.shops import open_chain
from infra.bench.site import MeasurementFailed, Site, following, serving
from infra.process.cores import allowed_cores
from infra.projections.rebuild_all import rebuild_all
from infra.projections.verify_all import verify_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS

#: For how long the worker may catch up with what was filled, in seconds.
PATIENCE_SECONDS = 4 * 3600.0
#: After how many small companies it is told how many there are.
_OFTEN = 100

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %s"


@dataclass
class LongTest:
    """The companies of the test, and what is done with them, part after part."""

    site: Site
    sizes: Sizes
    events: int = 0
    #: What tables took before, and what each part took of processors, in seconds.
    before: storage.Sizes = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @cached_property
    def large(self) -> Shop:
        """The company that has nearly all."""
        return large_shop(self.sizes.events)

    @cached_property
    def small(self) -> list[Shop]:
        """The others."""
        return [small_shop(number) for number in range(1, self.sizes.companies)]

    @cached_property
    def originals(self) -> Originals:
        """What the events of all of them are like."""
        record_sale(open_chain(self.site))
        return Originals.of(self.site)

    @property
    def sales(self) -> int:
        """How many sales the large company has had."""
        return self.sizes.events // 2

    def fill_large(self) -> dict[str, Any]:
        """The year of the large company into its log and the inline read models."""
        originals, self.before = self.originals, storage.sizes_of(self.site)
        began = time.monotonic()
        self.events = fill(self.site, self.large, originals, self.sales, self._tell)
        return {
            "scale_events": self.events,
            "scale_fill_events_per_s": self.events / (time.monotonic() - began),
        }

    def rebuild(self) -> dict[str, Any]:
        """The read models that follow, made by all cores, and what a sale takes on the disk with them."""
        self.site.say(f"Making read models of {self.events:,} events")
        models = [model for model in PROJECTIONS if model.mode == "async"]
        companies = [self.large.company_id]
        began = time.monotonic()
        made = rebuild_all(
            self.site.addresses.worker, EVENT_TYPES, models, companies, processes=len(allowed_cores())
        )
        seconds = time.monotonic() - began
        if made.failures:
            raise MeasurementFailed(f"{made.failures[0].projection}: {made.failures[0].reason}")
        self.site.own("VACUUM ANALYZE")
        sizes = storage.figures_of(self.before, storage.sizes_of(self.site), self.sales)
        return {
            "scale_rebuild_seconds": seconds,
            "scale_rebuild_seconds_by_model": {one.projection: one.seconds for one in made.reports},
            **{f"scale_{name}": value for name, value in sizes.items()},
        }

    def jobs_of_the_year(self) -> dict[str, Any]:
        """What is done at night, over a year that nobody has looked at: no worker was there yet."""
        return {"scale_job_seconds": measure_jobs(self.site)}

    def _tell(self, events: int) -> None:
        self.site.say(f"Filling a log: {events:,} of {self.sizes.events:,} events")

    def fill_others(self) -> dict[str, Any]:
        """Small companies a second, and how long the worker takes until their read models know all."""
        began = time.monotonic()
        for done, _ in enumerate(fill_small(self.site, self.small, self.originals)):
            if done % _OFTEN == 0:
                self.site.say(f"Filling logs of small companies: {done:,} of {len(self.small):,}")
        filled = time.monotonic()
        self.site.say("Letting the worker catch up with them")
        with following(self.site):
            wait_until_followed(self.site, PATIENCE_SECONDS)
        return {
            "scale_companies": len(self.small) + 2,
            "scale_companies_filled_per_s": len(self.small) / (filled - began),
            "scale_followed_seconds": time.monotonic() - filled,
        }

    def serve(self) -> dict[str, Any]:
        """Sales, with memory and tables meanwhile, and look-ups."""
        with serving(self.site) as (port, web), following(self.site) as worker:
            sold = sell(self.site, port, [self.large, *self.small], (web, worker), self.sizes.minutes)
            return {**sold, **look_up(self.site, port, self.large)}

    def report(self) -> dict[str, Any]:
        """Answers of reports of the year."""
        history = History(self.large.company_id, self.sales, YEAR)
        return {f"scale_{name}": value for name, value in measure_answers(self.site, history).items()}

    def jobs(self) -> dict[str, Any]:
        """What is done from time to time, over all companies, whose year was looked at before."""
        return {"scale_job_again_seconds": measure_jobs(self.site)}

    def verify(self) -> dict[str, Any]:
        """The proof of the large log, and every read model of it against it."""
        with following(self.site):
            wait_until_followed(self.site, PATIENCE_SECONDS)
        head = self.site.own(_HEAD, self.large.company_id)[0][0]
        began = time.monotonic()
        found = verify_all(
            self.site.addresses.worker,
            EVENT_TYPES,
            PROJECTIONS,
            {self.large.company_id: head},
            lambda done, total: self.site.say(f"Checking read models: {done / total:.0%} of their events"),
            processes=len(allowed_cores()),
        )
        if found.false or found.gaps:
            raise MeasurementFailed(f"Read models are not what the log says: {found.false or found.gaps}")
        return {
            "scale_verify_seconds": time.monotonic() - began,
            "scale_verify_proof_seconds": found.proof_seconds,
            "scale_verify_seconds_by_model": {one.projection: one.seconds for one in found.reports},
        }


PARTS: tuple[Callable[[LongTest], Mapping[str, Any]], ...] = (
    LongTest.fill_large,
    LongTest.rebuild,
    LongTest.jobs_of_the_year,
    LongTest.fill_others,
    LongTest.serve,
    LongTest.report,
    LongTest.jobs,
    LongTest.verify,
)


def take_long(site: Site, busyness: Busyness, sizes: Sizes) -> Iterator[Mapping[str, Any]]:
    """Do one part after another; each gives its figures, and what it took of processors, with the database.

    Raises OthersAtWork unless that is accepted.
    """
    busyness.look(site)
    test, roots = LongTest(site, sizes), [os.getpid(), site.postgres]
    for part in PARTS:
        before = of_trees(roots)
        with busyness.watched(site):
            figures = part(test)
        test.processor[part.__name__] = round(of_trees(roots) - before, 1)
        yield {**figures, "scale_processor_seconds": dict(test.processor)}
