"""POST /api/audit/what-if, and what came of it as JSON or CSV."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from falcon import Request, Response

from api.audit.jobs import ABOUT_JOBS, AuditJobAnswer, AuditJobResource
from api.audit.what_if.answers import AskedWhatIfAnswer, WhatIfAnswer, WhatIfResultAnswer
from api.audit.what_if.checks import NothingSold, check_changes, check_known, check_store, period_of
from api.audit.what_if.input import WhatIfBody, WhatIfQuery
from api.audit.what_if.table import write_table
from api.kept_files import ExportNotReady
from api.media import CSV
from api.operations import operation
from api.resource import permissions_of
from commands.audit_jobs import TooManyAuditJobs
from commands.ports import DuplicateId, Missing
from domain.errors import Invalid
from domain.settings import OtherStore
from projections.base import Row
from projections.reports.period import PeriodNotValid, RangeTooLong
from projections.reports.sales.sales_reports import SalesReports

PERMISSION = "audit.what_if"

_ABOUT = """\
Sales at tills, but for voided ones, and goods of back-office orders as they were handed over, on the \
business dates of the sales report: what they came to, and what they would have come to with these changes. \
Each order is priced again by the calculator that priced it, from what is frozen of it; nothing is recorded \
and no number taken.

Refunds are left out: gross sales and discounts as sold are those of the sales report, net sales and tax \
these before returns. A price that somebody had set at the sale stays. A discount that was given stays, in \
percent or as an amount; an amount takes no more than would be left (`capped`). Costs stay, so gross profit \
changes with net sales alone. How was paid stays as well: where a sale was paid in cash, cash takes the \
difference, and is rounded then. Nobody bought more or less for it: no demand is guessed.
"""


class WhatIfResource(AuditJobResource):
    """What all of these share."""

    kind = "what_if"

    def find_visible(self, req: Request, resp: Response, what_if_id: UUID) -> Row:
        """The job, for whoever may see its stores. Raises Missing."""
        row, caller = self.find(req, resp, what_if_id), req.context.caller
        store_id = row["asked"]["store_id"]
        if caller.store_ids and (store_id is None or UUID(store_id) not in caller.store_ids):
            raise Missing
        return row


class WhatIfs(WhatIfResource):
    """Sales to be decided again."""

    @operation(
        PERMISSION,
        "Decide past sales again",
        body=WhatIfBody(),
        answer=AskedWhatIfAnswer,
        status=202,
        refusals=(
            Invalid,
            PeriodNotValid,
            RangeTooLong,
            NothingSold,
            OtherStore,
            TooManyAuditJobs,
            DuplicateId,
            Missing,
        ),
        projections=(SalesReports,),
        description=f"{_ABOUT}\n{ABOUT_JOBS} It waits a minute for reports to know what was recorded before.",
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Have them decided again. Raises Invalid, OtherStore, TooManyAuditJobs, DuplicateId, Missing."""
        body = req.context.body
        period, store_id = period_of(body), body["store_id"]
        check_store(req.context.caller, store_id)
        asked = {
            "from": period.from_date,
            "to": period.to_date,
            "store_id": store_id,
            "changes": body["changes"],
        }
        asked = msgspec.to_builtins(asked)
        check_changes(asked["changes"])
        if not self.ask(req, resp, lambda reading: check_known(reading, asked["changes"], period, store_id)):
            # Reports will know in a moment; where that lasts longer, the worker waits for them.
            self.come_again(req)
        self.request(req, resp, asked, show_asked, body.get("id"))


class WhatIfById(WhatIfResource):
    """One of them."""

    @operation(
        PERMISSION,
        "Show what past sales would have come to",
        query=WhatIfQuery(),
        answer=WhatIfAnswer,
        media=(CSV,),
        refusals=(Missing, ExportNotReady),
        description="`format=csv` has a row for each figure: of all, of each store, of each tax; amounts in "
        "major units.",
    )
    def on_get(self, req: Request, resp: Response, what_if_id: UUID) -> None:
        """How far it is, and what came of it. Raises Missing, ExportNotReady."""
        row = self.find_visible(req, resp, what_if_id)
        if req.context.query["format"] == "json":
            result = row["result"] and msgspec.convert(row["result"], WhatIfResultAnswer)
            self.answer(req, resp, WhatIfAnswer(**shown_of(row), result=result))
            return
        if row["status"] != "done":
            raise ExportNotReady
        resp.content_type, resp.downloadable_as = f"{CSV}; charset=utf-8", f"what-if-{what_if_id}.csv"
        resp.data = write_table(row["result"], permissions_of(req))


def show_asked(row: Mapping[str, Any]) -> AskedWhatIfAnswer:
    """Such a job as clients see it who have just asked for it."""
    return AskedWhatIfAnswer(**shown_of(row))


def shown_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of every such job."""
    asked = row["asked"]
    return {
        **{name: value for name, value in row.items() if name in AuditJobAnswer.__struct_fields__},
        "from_date": date.fromisoformat(asked["from"]),
        "to_date": date.fromisoformat(asked["to"]),
        "store_id": asked["store_id"],
        "changes": asked["changes"],
    }
