"""Whether runs of a schedule would be answered, and whether everybody who gets its file may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.answers.record import VIEW_EXPECTED
from api.failures import InvalidParameter
from api.reports.asking import Request as Asking
from api.reports.asking import request_of
from api.reports.conditions import load_condition
from api.reports.exports.access import check_area
from api.reports.exports.parameters import load_section_query, section_of, texts_of
from api.reports.permissions import PERMISSIONS
from api.resource import Resource, permissions_of
from api.services import Reading
from commands.ports import Missing
from domain.errors import Detail, Invalid
from domain.permissions import permissions_of as keys_of
from projections.base import Row
from projections.companies import find_company
from projections.reports.columns import needs_of
from projections.reports.section import Section
from projections.users import find_user

#: Any days will do to see whether a section takes these filters.
_SOME_DAYS = {"from": "2026-03-01", "to": "2026-03-01"}
#: A run says itself which days it is about, and is of what is known then.
_NOT_OF_SCHEDULES = frozenset({"from", "to", "as_of"})


class OutsideNotAllowed(Invalid):
    """The company mails reports to its own users alone; its setting `reports_to_outside` allows more."""

    code = "outside_not_allowed"
    field = "addresses"
    remedy = (
        "Name users of the company, or have an administrator turn on `reports_to_outside` in its settings."
    )


def check_schedule(
    resource: Resource, req: Request, resp: Response, values: Mapping[str, Any], changes: Mapping[str, Any]
) -> None:
    """Raise a refusal for a schedule whose runs would be refused, or for somebody who may not see its file.

    `changes` are the fields that are being set: addresses that were named earlier stand, and get nothing as
    long as that is not allowed.
    """
    check_area(values["area"], req.context.caller)
    section = section_of(values["area"], values["section"])
    asking = _check_question(resource, req, section, values, permissions_of(req))
    if values["addresses"]:
        # Whoever is outside holds no permission at all, so that a file for them has no order by such columns.
        _check_question(resource, req, section, values, frozenset())
    readers = _Readers.of(asking)

    def check(reading: Reading) -> None:
        company = find_company(reading.db)
        if company is None:
            raise Missing
        for index, user_id in enumerate(values["recipients"]):
            trouble = readers.trouble_of(find_user(reading.db, user_id), company)
            if trouble:
                raise Invalid(details=[Detail(f"recipients.{index}", "not_found", trouble)])
        if changes.get("addresses") and not company["reports_to_outside"]:
            raise OutsideNotAllowed

    resource.ask(req, resp, check)


def _check_question(
    resource: Resource, req: Request, section: Section, values: Mapping[str, Any], permissions: frozenset[str]
) -> Asking:
    """What is asked. Raises a refusal for what cannot be with these permissions."""
    texts = texts_of(values["filters"])
    unknown = [Detail(name, "unknown", "Unknown parameter.") for name in sorted(_NOT_OF_SCHEDULES & {*texts})]
    if unknown:
        raise InvalidParameter(details=unknown)
    query = load_section_query(section, {**texts, **_SOME_DAYS})
    asking = request_of(section, query, req.context.caller, permissions, resource.services.now())
    if values["condition"] is not None:
        load_condition(values["condition"], section.columns_for(permissions))
    return asking


@dataclass(frozen=True, kw_only=True)
class _Readers:
    """What whoever fetches a file must hold: the report's key, all that its columns need, all its stores."""

    key: str
    needs: frozenset[str]
    stores: frozenset[UUID] | None

    @classmethod
    def of(cls, asking: Asking) -> "_Readers":
        """Those of a file that is asked for so."""
        columns = asking.section.columns_for(asking.permissions)
        return cls(
            key=PERMISSIONS[asking.section.area],
            needs=needs_of(columns),
            stores=None if asking.stores is None else frozenset(asking.stores),
        )

    def trouble_of(self, user: Row | None, company: Row) -> str | None:
        """Why a user of the company, or none, could not fetch it; None for one who can."""
        held = keys_of(user["role"], user["granted"], user["denied"]) if user else frozenset[str]()
        if user is None or not user["is_active"] or self.key not in held:
            return "Names nobody who may see the report."
        # Where counts are not blind, everybody may see what drawers should hold.
        missing = self.needs - held - (frozenset() if company["blind_close"] else {VIEW_EXPECTED})
        if missing:
            return f"May not see columns of the file, which take {', '.join(sorted(missing))}."
        if user["store_ids"] and (self.stores is None or not self.stores <= {*user["store_ids"]}):
            return "May not see all stores of the file."
        return None
