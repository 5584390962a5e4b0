"""GET /api/dev/events/failed: what read models cannot apply, and why."""

from typing import Any

from falcon import Request, Response

from api.failed_events.answers import FailedEventAnswer
from api.fields import Id, Text
from api.operations import operation
from api.platform import check_platform
from api.queries import PageQuery
from api.resource import Resource
from projections.failed_events import list_failed_events


class FailedEventsQuery(PageQuery):
    """Which of them."""

    projection = Text(
        shortest=1, longest=100, load_default=None, meaning="Only of this read model.", example="report_sales"
    )
    company_id = Id(load_default=None, meaning="Only of this company.")


class FailedEvents(Resource):
    """Events before which read models wait."""

    @operation(
        "events.retry",
        "List events that read models cannot apply",
        query=FailedEventsQuery(),
        answer=FailedEventAnswer,
        many=True,
        description="One for each read model and company that waits for a person, what was parked last "
        "first. A company whose decisions are made on such a read model is closed until that is made anew.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """A page of them."""
        check_platform(req.context.caller)
        query = req.context.query

        def ask(reading: Any) -> Any:
            return list_failed_events(
                reading.db,
                page=query["page"],
                limit=query["limit"],
                projection=query["projection"],
                about=query["company_id"],
            )

        rows, total = self.ask(req, resp, ask)
        self.answer_page(req, resp, [show_failed_event(row) for row in rows], total)


def show_failed_event(row: Any) -> FailedEventAnswer:
    """One of them as clients see it."""
    return FailedEventAnswer.of({**row, "error_type": row["error"].partition(":")[0]})
