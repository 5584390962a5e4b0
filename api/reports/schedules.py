"""Schedules of reports: files that are made again and again, and mailed."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from falcon import App, Request, Response

from api.answers import Answer, Meaning, Moment
from api.answers import Id as AnsweredId
from api.fields import Choice, DayCut, Flag, Id, Many, Name, Text, Timezone, Whole
from api.operations import Operation
from api.reports.asking import UnknownColumn, request_of
from api.reports.exports.access import check_area
from api.reports.exports.parameters import (
    LONGEST_QUERY,
    UnknownSection,
    load_section_query,
    section_of,
    texts_of,
)
from api.reports.files import FILES
from api.reports.permissions import PERMISSIONS, REFUSALS
from api.resource import Resource, permissions_of
from api.services import Reading, Services
from api.settings import Beside, Declaration, SettingById, SettingList, add_setting
from commands.ports import Caller, Missing
from commands.reports.exports import TryRun, try_run
from domain.errors import Detail, Invalid
from domain.permissions import permissions_of as keys_of
from domain.report_schedules import RANGES, Condition, ConditionNotValid, ReportSchedule
from projections.reports.runs import ask_last_runs
from projections.users import find_user

#: How many users get a file.
MOST_RECIPIENTS = 50
#: Any days will do to see whether a section takes these filters.
_SOME_DAYS = {"from": "2026-03-01", "to": "2026-03-01"}
_REFUSALS = (*REFUSALS, UnknownSection, ConditionNotValid)


class Recipients(Many):
    """Users, each once, in order."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Id(), longest=MOST_RECIPIENTS, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))


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
        "area": Choice(*PERMISSIONS, required=True, meaning="Which report.", example="inventory-report"),
        "section": Text(
            required=True, shortest=1, longest=60, meaning="Which section of it.", example="valuation"
        ),
        "format": Choice(*FILES, load_default="csv", meaning="What kind of file."),
        "filters": Text(
            longest=LONGEST_QUERY,
            load_default="",
            meaning="The parameters of the section but `from` and `to`, as in its address.",
            example="sort=name",
        ),
        "range": Choice(
            *RANGES,
            required=True,
            meaning="Which days, seen from the day of the run; `mtd` is the month up to the day before.",
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
            meaning="The users who are mailed where the file is; each must be one who may see the report.",
            example=["4b6f1c1e-6a53-4f0e-9a39-0f6f3b1f2c11"],
        ),
        "enabled": Flag(load_default=True, meaning="Whether it runs."),
        "skip_if_empty": Flag(load_default=False, meaning="Whether nothing is sent if there are no rows."),
        "condition": Text(
            longest=100,
            allow_none=True,
            load_default=None,
            meaning="Send it only when a row, or the whole, begins to fulfil this: a column, a comparison "
            "and a number, amounts in minor currency units. It is sent again only after a run without.",
            example="on_hand < 5",
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
        _check(self, req, resp, body)
        body["user_id"] = req.context.caller.user_id
        super().on_post(req, resp, **path)


class ScheduleById(SettingById):
    """One of them."""

    def on_patch(self, req: Request, resp: Response, **path: UUID) -> None:
        """Edit it; from then on it runs in your name."""
        schedule_id = path[self.declared.id_name]
        found = self.ask(req, resp, lambda reading: reading.aggregates(ReportSchedule, [schedule_id]))
        if not found:
            raise Missing
        _check(self, req, resp, {**found[0].values, **req.context.body})
        req.context.body["user_id"] = req.context.caller.user_id
        super().on_patch(req, resp, **path)


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


def _check(resource: Resource, req: Request, resp: Response, values: Mapping[str, Any]) -> None:
    """Raise a refusal for a schedule whose runs would be refused, or whose recipients may not see them."""
    caller: Caller = req.context.caller
    check_area(values["area"], caller)
    section = section_of(values["area"], values["section"])
    query = load_section_query(section, {**texts_of(values["filters"]), **_SOME_DAYS})
    request_of(section, query, caller, permissions_of(req), resource.services.now())
    if values["condition"] is not None:
        column = Condition.of(values["condition"]).column
        if column not in {one.name for one in section.columns_for(permissions_of(req))}:
            raise UnknownColumn
    key = PERMISSIONS[values["area"]]
    resource.ask(req, resp, lambda reading: _check_recipients(reading, values["recipients"], key))


def _check_recipients(reading: Reading, recipients: Sequence[UUID], key: str) -> None:
    for index, user_id in enumerate(recipients):
        user = find_user(reading.db, user_id)
        if user is None or key not in keys_of(user["role"], user["granted"], user["denied"]):
            message = "Names nobody who may see the report."
            raise Invalid(details=[Detail(f"recipients.{index}", "not_found", message)])
