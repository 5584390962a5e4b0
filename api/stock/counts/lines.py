"""The lines of a count: what is counted, and what is not yet."""

from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.stock.counts.answers import CountLineAnswer, TalliedAnswer
from api.stock.counts.input import CountLinesQuery, TalliesBody
from api.stock.counts.presenter import REVIEW, BlindCount, is_hidden, show_line, show_tallied
from commands.moments import BeforeTheCompany
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from commands.stock.counts.tallies import BarcodeTally, Tally, TallyCount, tally_count
from commands.stock.moments import BeforeLastCount, PeriodClosed
from domain.stock.counts import CountNotOpen, CountOverlaps
from projections.stock.count_lines import list_lines
from projections.stock.count_lists import find_count


class StockCountLines(Resource):
    """The lines of a count."""

    @operation(
        "inventory.count",
        "List a count's lines",
        query=CountLinesQuery(),
        answer=CountLineAnswer,
        many=True,
        refusals=(BlindCount,),
    )
    def on_get(self, req: Request, resp: Response, count_id: UUID) -> None:
        """One page: what was found, and what nobody has counted."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> tuple[list[CountLineAnswer], int]:
            count = find_count(reading.db, count_id, caller.store_ids)
            if count is None:
                raise Missing
            hidden = is_hidden(caller, is_blind=count["is_blind"], status=count["status"])
            if hidden and ("difference" in query["sort"] or query.get("status") == "different"):
                raise BlindCount.without(REVIEW)
            rows, total = list_lines(reading.db, count, **query)
            return [show_line(row, hidden=hidden) for row in rows], total

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, rows, total)

    @operation(
        "inventory.count",
        "Count",
        description="Several people may count at once, each in an area of their own or not. With `add` send "
        "an Idempotency-Key, so that nothing is added twice. A variant is compared with all that the storage "
        "has of it, at the moment of the area that was counted last: what is sold out of one "
        "area after that was counted, and before another is, looks like too much. Where tills go on selling, "
        "give all areas of a variant one `counted_at` and count what each had at that moment, or count again "
        "what was sold meanwhile.",
        body=TalliesBody(),
        answer=TalliedAnswer,
        refusals=(
            CountNotOpen,
            CountOverlaps,
            StaleVersion,
            ConcurrentEdit,
            BeforeTheCompany,
            BeforeLastCount,
            PeriodClosed,
        ),
    )
    def on_put(self, req: Request, resp: Response, count_id: UUID) -> None:
        """Record what somebody found."""
        caller = req.context.caller
        command = TallyCount(
            count_id=count_id,
            lines=tuple(map(_tally, req.context.body["lines"])),
            expected_versions=expected_versions(req),
        )
        self.write(
            req,
            resp,
            tally_count,
            command,
            lambda tallied: show_tallied(tallied, caller),
            message="Counted",
        )


def _tally(line: dict[str, Any]) -> Tally | BarcodeTally:
    """The line by what names its variant."""
    named = {name: value for name, value in line.items() if value is not None}
    return BarcodeTally(**named) if "barcode" in named else Tally(**named)
