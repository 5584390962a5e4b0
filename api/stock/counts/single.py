"""One count: shown, completed, cancelled."""

from uuid import UUID

from falcon import Request, Response

from api.envelope import etag_of
from api.etags import expected_versions
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from api.stock.counts.answers import CountAnswer
from api.stock.counts.input import CancellationBody, CompletionBody
from api.stock.counts.presenter import show_past, show_row, show_standing
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from commands.stock.counts.completion import CompleteCount, PostDifferences, complete_count, post_differences
from commands.stock.counts.documents import CancelCount, cancel_count
from commands.stock.moments import PeriodClosed
from domain.money import AmountTooLarge
from domain.stock.counts import CountNotOpen, StockCount, UncountedLines
from projections.stock.count_lists import find_count

_ENDINGS = (StaleVersion, CountNotOpen, ConcurrentEdit)


class StockCountById(Resource):
    """One count."""

    @operation("inventory.count", "Show a count", query=AsOfQuery(), answer=CountAnswer)
    def on_get(self, req: Request, resp: Response, count_id: UUID) -> None:
        """As it stands, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")

        def question(reading: Reading) -> CountAnswer:
            row = find_count(reading.db, count_id, caller.store_ids)
            if row is None:
                raise Missing
            if as_of is None:
                return show_row(row, caller)
            past = reading.aggregates(StockCount, [count_id], as_of)
            if not past:
                raise Missing
            return show_past(row, past[0], caller)

        count = self.ask(req, resp, question)
        if count.status == "open":
            # What is to be counted changes with the stock, so there is no version of it to have already.
            resp.set_header("ETag", etag_of(count.version))
            self.answer(req, resp, count)
        else:
            self.show(req, resp, count)


class StockCountCompletion(Resource):
    """Completes a count."""

    @operation(
        "inventory.count",
        "Complete a count",
        description="Posts each difference onto the stock of now, so what was sold meanwhile stays sold. A "
        "large count is posted in parts, so that no till waits; if it breaks off, completing it again goes "
        "on, and so does the service by itself. It is never refused for stock.",
        body=CompletionBody(),
        body_is_optional=True,
        answer=CountAnswer,
        lengthy=True,
        refusals=(UncountedLines, PeriodClosed, AmountTooLarge, *_ENDINGS),
    )
    def on_post(self, req: Request, resp: Response, count_id: UUID) -> None:
        """Post what was found."""
        caller = req.context.caller
        named = {"id": count_id, "expected_versions": expected_versions(req), **req.context.body}
        self.write_in_parts(
            req,
            resp,
            (post_differences, PostDifferences(**named)),
            (complete_count, CompleteCount(**named)),
            lambda standing: show_standing(standing, caller),
            message="Count completed",
        )


class StockCountCancellation(Resource):
    """Gives a count up."""

    @operation(
        "inventory.count",
        "Cancel a count",
        description="Nothing is posted.",
        body=CancellationBody(),
        answer=CountAnswer,
        refusals=_ENDINGS,
    )
    def on_post(self, req: Request, resp: Response, count_id: UUID) -> None:
        """Give it up."""
        caller = req.context.caller
        command = CancelCount(id=count_id, expected_versions=expected_versions(req), **req.context.body)
        self.write(
            req,
            resp,
            cancel_count,
            command,
            lambda standing: show_standing(standing, caller),
            message="Count cancelled",
        )
