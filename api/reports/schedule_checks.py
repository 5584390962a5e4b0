"""Whether runs of a schedule would be answered, and whether everybody who gets its file may see it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.reports.asking import UnknownColumn, request_of
from api.reports.exports.access import check_area
from api.reports.exports.parameters import load_section_query, section_of, texts_of
from api.reports.permissions import PERMISSIONS
from api.resource import Resource, permissions_of
from api.services import Reading
from commands.ports import Missing
from domain.errors import Detail, Invalid
from domain.permissions import permissions_of as keys_of
from domain.report_schedules import Condition
from projections.companies import find_company
from projections.reports.section import Section
from projections.users import find_user

#: Any days will do to see whether a section takes these filters.
_SOME_DAYS = {"from": "2026-03-01", "to": "2026-03-01"}


class OutsideNotAllowed(Invalid):
    """The company mails reports to its own users alone; its setting `reports_to_outside` allows more."""

    code = "outside_not_allowed"


def check_schedule(
    resource: Resource, req: Request, resp: Response, values: Mapping[str, Any], changes: Mapping[str, Any]
) -> None:
    """Raise a refusal for a schedule whose runs would be refused, or for somebody who may not see its file.

    `changes` are the fields that are being set: addresses that were named earlier stand, and get nothing as
    long as that is not allowed.
    """
    check_area(values["area"], req.context.caller)
    section = section_of(values["area"], values["section"])
    _check_question(resource, req, section, values, permissions_of(req))
    if values["addresses"]:
        # Whoever is outside holds no permission at all, so that a file for them has no order by such columns.
        _check_question(resource, req, section, values, frozenset())
    key = PERMISSIONS[values["area"]]

    def check(reading: Reading) -> None:
        _check_recipients(reading, values["recipients"], key)
        if changes.get("addresses"):
            _check_outside(reading)

    resource.ask(req, resp, check)


def _check_question(
    resource: Resource, req: Request, section: Section, values: Mapping[str, Any], permissions: frozenset[str]
) -> None:
    """Raise a refusal for what cannot be asked with these permissions."""
    query = load_section_query(section, {**texts_of(values["filters"]), **_SOME_DAYS})
    request_of(section, query, req.context.caller, permissions, resource.services.now())
    if values["condition"] is not None:
        column = Condition.of(values["condition"]).column
        if column not in {one.name for one in section.columns_for(permissions)}:
            raise UnknownColumn


def _check_recipients(reading: Reading, recipients: Sequence[UUID], key: str) -> None:
    for index, user_id in enumerate(recipients):
        user = find_user(reading.db, user_id)
        if user is None or key not in keys_of(user["role"], user["granted"], user["denied"]):
            message = "Names nobody who may see the report."
            raise Invalid(details=[Detail(f"recipients.{index}", "not_found", message)])


def _check_outside(reading: Reading) -> None:
    company = find_company(reading.db)
    if company is None:
        raise Missing
    if not company["reports_to_outside"]:
        raise OutsideNotAllowed
