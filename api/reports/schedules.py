"""Schedules of reports: files that are made again and again, and mailed."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from falcon import App, Request, Response

from api.answers import Answer, Meaning, Moment
from api.answers import Id as AnsweredId
from api.fields import Choice, DayCut, Email, Flag, Id, Many, Name, Text, Timezone, Whole
from api.operations import Operation
from api.reports.exports.parameters import LONGEST_QUERY, UnknownSection
from api.reports.files import FILES
from api.reports.permissions import PERMISSIONS, REFUSALS
from api.reports.schedule_checks import OutsideNotAllowed, check_schedule
from api.resource import Resource
from api.services import Reading, Services
from api.settings import Beside, Declaration, SettingById, SettingList, add_setting
from commands.ports import Missing
from commands.reports.exports import TooManyExports, TryRun, try_run
from domain.report_schedules import MOST_RECIPIENTS, RANGES, ConditionNotValid, ReportSchedule
from domain.settings import OtherStore
from domain.users import User
from projections.reports.runs import ask_last_runs

_REFUSALS = (*REFUSALS, UnknownSection, ConditionNotValid, OutsideNotAllowed)


class Recipients(Many):
    """Users, each once, in order."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Id(), longest=MOST_RECIPIENTS, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))


class Addresses(Many):
    """E-mail addresses, each once, in order; letter case makes no other of one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Email(), longest=MOST_RECIPIENTS, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        first: dict[str, str] = {}
        for address in super()._deserialize(value, attr, data, **kwargs):
            first.setdefault(address.casefold(), address)
        return tuple(first.values())


class LastRunAnswer(Answer):
    """What became of the last run of a schedule."""

    last_run: Annotated[Moment | None, Meaning("When the last run ended; null before the first.")] = None
    last_error: Annotated[str | None, Meaning("What went wrong in it, or why nothing was sent.")] = None
    last_export_id: Annotated[AnsweredId | None, Meaning("The export with its file.")] = None


class TryAnswer(Answer):
    """A run that was asked for."""

    id: Annotated[AnsweredId, Meaning("The run.")]


SCHEDULES = Declaration(
    kind=ReportSchedule,
    path="/api/admin/reports/schedules",
    permission="report_schedules",
    edit_refusals=_REFUSALS,
    beside=Beside(record=LastRunAnswer, ask=ask_last_runs),
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Sales of last week"),
        "area": Choice(*PERMISSIONS, required=True, meaning="Which report.", example="sales-summary"),
        "section": Text(
            required=True, shortest=1, longest=60, meaning="Which section of it.", example="by-store"
        ),
        "format": Choice(*FILES, load_default="csv", meaning="What kind of file."),
        "filters": Text(
            longest=LONGEST_QUERY,
            load_default="",
            meaning="The parameters of the section but `from`, `to` and `as_of`, as in its address.",
            example="sort=-net_sales",
        ),
        "range": Choice(
            *RANGES,
            required=True,
            meaning="Which days, seen from the day of the run; `mtd` is the month up to the day before.",
            example="last_week",
        ),
        "at": DayCut(required=True, meaning="The time of day at which it is due.", example="06:00"),
        "timezone": Timezone(required=True, meaning="Of which time zone.", example="Europe/Berlin"),
        "weekday": Whole(
            least=1,
            most=7,
            allow_none=True,
            load_default=None,
            meaning="On which day of the week, Monday is 1; null for every one.",
            example=1,
        ),
        "day": Whole(
            least=1,
            most=31,
            allow_none=True,
            load_default=None,
            meaning="On which day of the month, the last one if there is no such day; null for every one.",
        ),
        "recipients": Recipients(
            load_default=(),
            meaning="The users who are mailed where the file is; each must be one who may see the report, "
            "all its columns and all its stores. Without `addresses` at least one.",
            example=["4b6f1c1e-6a53-4f0e-9a39-0f6f3b1f2c11"],
        ),
        "addresses": Addresses(
            load_default=(),
            meaning="Addresses outside of the company to which the file itself is mailed, up to 5 MB and "
            "without what takes a permission of its own, such as costs. With the recipients 50 at most; only "
            "while the company's `reports_to_outside` allows it, such as to `office@accountant.example`.",
            example=[],
        ),
        "enabled": Flag(load_default=True, meaning="Whether it runs."),
        "skip_if_empty": Flag(load_default=False, meaning="Whether nothing is sent if there are no rows."),
        "condition": Text(
            longest=100,
            allow_none=True,
            load_default=None,
            meaning="Send it only when a row, or the whole, begins to fulfil this: a column of figures or "
            "dates, a comparison and a number. Amounts are in minor currency units; dates are so many days "
            "after the day of the run, as in `stock_out_on <= 3 days`. It is sent again only after a run "
            "without.",
            example="net_sales < 100000",
        ),
    },
)


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of schedules."""
    add_setting(app, services, SCHEDULES, ScheduleList, ScheduleById)
    app.add_route(f"{SCHEDULES.path}/{{{SCHEDULES.id_name}:uuid}}/test", ScheduleTry(services))


class ScheduleList(SettingList):
    """All of them, and a place to add to them."""

    def __init__(self, services: Services, declared: Declaration) -> None:
        super().__init__(services, declared)
        creation = self.operations["on_post"]
        self.operations["on_post"] = _with_refusals(creation)

    def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
        """Set one up; it runs in your name."""
        body = req.context.body
        check_schedule(self, req, resp, body, body)
        body["user_id"] = req.context.caller.user_id
        super().on_post(req, resp, **path)


class ScheduleById(SettingById):
    """One of them."""

    def on_patch(self, req: Request, resp: Response, **path: UUID) -> None:
        """Edit one of yours, or of somebody of your stores alone; from then on it runs in your name."""
        schedule, body = self._own(req, resp, path), req.context.body
        check_schedule(self, req, resp, {**schedule.values, **body}, body)
        body["user_id"] = req.context.caller.user_id
        super().on_patch(req, resp, **path)

    def on_delete(self, req: Request, resp: Response, **path: UUID) -> None:
        """Put one of yours out of use, or one of somebody of your stores alone; its history stays."""
        self._own(req, resp, path)
        super().on_delete(req, resp, **path)

    def _own(self, req: Request, resp: Response, path: Mapping[str, UUID]) -> ReportSchedule:
        """The schedule. Raises Missing, and OtherStore for one in the name of somebody of other stores.

        It would be about the stores of whoever changed it last, and so lose those of the others.
        """
        schedule_id = path[self.declared.id_name]

        def question(reading: Reading) -> ReportSchedule:
            found: Sequence[ReportSchedule] = reading.aggregates(ReportSchedule, [schedule_id])
            if not found:
                raise Missing
            (owner,) = reading.aggregates(User, [found[0].values["user_id"]])
            if not owner.is_within(req.context.caller.store_ids):
                raise OtherStore
            return found[0]

        return self.ask(req, resp, question)


class ScheduleTry(Resource):
    """A run at once, for whoever asks."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.operations = {
            "on_post": Operation(
                permission="report_schedules.edit",
                summary="Try a report schedule",
                description="Has its file made now, whatever its condition, and you mailed where it is.",
                answer=TryAnswer,
                status=202,
                refusals=(TooManyExports,),
            )
        }

    def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
        """Have one run made."""
        command = TryRun(id=uuid4(), schedule_id=path[SCHEDULES.id_name])
        self.write(req, resp, try_run, command, lambda run: TryAnswer(id=run), message="It will be sent")


def _with_refusals(operation: Operation) -> Operation:
    return Operation(
        **{**vars(operation), "refusals": (*operation.refusals, *_REFUSALS)},
    )
