"""GET /api/dev/logs: lines of the log, newest first."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from falcon import Request, Response

from api.logs.answers import LogLineAnswer
from api.logs.input import SYNONYMS, LogQuery
from api.operations import operation
from api.platform import check_platform
from api.resource import Resource
from domain.errors import Detail, Invalid
from projections.base import Row
from projections.log_lines import SCANNED, list_lines

#: How far apart the times of a request may be.
LONGEST_SPAN = timedelta(days=7)
#: Without an end, lines of processes whose clocks are ahead are among them.
_AHEAD = timedelta(hours=1)


class LogLines(Resource):
    """What the processes of the service logged."""

    @operation(
        "logs.view",
        "List lines of the log",
        query=LogQuery(),
        answer=LogLineAnswer,
        many=True,
        refusals=(Invalid,),
        description="A line is there within a second, and for as many days as the service keeps them. `from` "
        "and `to` are seven days apart at most; without `from` it is seven days before `to`, without `to` it "
        "is now. A page may hold fewer rows than `limit`, even none: with several filters, or with `search`, "
        f"a request passes over {SCANNED:,} lines at most. Go on with `next_before` as long as `has_more` is "
        "true.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """What was written in a stretch of time, newest first."""
        check_platform(req.context.caller)
        query = dict(req.context.query)
        from_time, to_time = self._times(query.pop("from_time", None), query.pop("to_time", None))
        before, level = query.pop("before", None), query.pop("level", None)
        level = SYNONYMS.get(level, level)
        look = self.ask(
            req,
            resp,
            lambda reading: list_lines(
                reading.db, from_time=from_time, to_time=to_time, before=before, level=level, **query
            ),
        )
        lines = [_answer_of(line) for line in look.lines]
        self.answer_backwards(req, resp, lines, look.next_before, has_more=look.has_more)

    def _times(self, first: datetime | None, last: datetime | None) -> tuple[datetime, datetime]:
        """From when to when. Raises Invalid where that is backwards, or too far apart."""
        end = last or self.services.now()
        begin = first or end - LONGEST_SPAN
        if begin > end:
            raise Invalid(details=[Detail("from", "invalid", "Must not be after `to`.")])
        if end - begin > LONGEST_SPAN:
            raise Invalid(details=[Detail("from", "invalid", "At most seven days before `to`.")])
        return begin, last or end + _AHEAD


def _answer_of(line: Row) -> LogLineAnswer:
    fields: dict[str, Any] = msgspec.json.decode(line["fields"])
    return LogLineAnswer(**{**line, "fields": fields})
