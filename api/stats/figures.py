"""GET /api/dev/stats: what the logs, the tables, the connections and the jobs come to."""

from datetime import timedelta

from falcon import Request, Response

from api.operations import operation
from api.platform import check_platform
from api.resource import Resource
from api.services import PoolState
from api.stats.answers import (
    DeliveriesAnswer,
    JobRunAnswer,
    LargeStreamAnswer,
    PoolAnswer,
    SealsAnswer,
    StatsAnswer,
    TableAnswer,
    TypeCountAnswer,
)
from projections.log_statistics import LogStatistics, ask_log_statistics

#: Over how long the rate of events is measured.
LATELY = timedelta(minutes=1)


class Stats(Resource):
    """The installation in figures."""

    @operation(
        "projections.view",
        "Show what the installation holds",
        answer=StatsAnswer,
        lengthy=True,
        description="Numbers over all companies. Events are counted exactly, as of now; rows of tables are "
        "what the database server took them for when it last looked.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """All of it."""
        check_platform(req.context.caller)
        since = self.services.now() - LATELY
        statistics = self.ask(req, resp, lambda reading: ask_log_statistics(reading.db, since).read())
        self.answer(req, resp, _answer(statistics, self.services.pool()))


def _answer(found: LogStatistics, pool: PoolState) -> StatsAnswer:
    return StatsAnswer(
        events=found.events,
        events_per_second=found.events_since / LATELY.total_seconds(),
        companies=found.companies,
        streams=found.streams,
        largest_streams=[LargeStreamAnswer.of(row) for row in found.largest_streams],
        by_type=[TypeCountAnswer.of(row) for row in found.by_type],
        tables=[TableAnswer.of(row) for row in found.tables],
        pool=PoolAnswer.of(pool),
        jobs=[JobRunAnswer.of(row) for row in found.jobs],
        seals=SealsAnswer(behind=found.not_sealed),
        webhooks=DeliveriesAnswer.of(found.webhooks),
        log_epoch=found.log_epoch,
    )
