"""The company's own settings: how it is found and taxed, how it rounds, what receipts say, what tills do."""

from typing import Any

from falcon import Request, Response
from marshmallow import fields, validate

from api.companies import CompanyEdit, find_aggregate
from api.envelope import ok, written
from api.etags import expected_versions
from api.fields import Body, Currency, Flag, Id, Moment, Percent, Whole, optional
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from commands.companies import ReviseCompany, revise_company
from commands.outcomes import Response as Written
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.companies import BACKDATING_DAYS, Company
from domain.entities import AlreadyArchived
from domain.money import MAX_AMOUNT
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER

_SHORTEST_LOCK, _LONGEST_LOCK = 10, 86_400
_LONGEST_BACKDATING = 3_650


class TillPreferences(Body):
    """What tills do."""

    ask_for_customer = Flag(load_default=False)
    lock_after_seconds = Whole(least=_SHORTEST_LOCK, most=_LONGEST_LOCK, allow_none=True, load_default=None)


class DiscountCeilings(Body):
    """The largest discount that each role may give, in percent; a role that is left out has none."""

    admin = Percent(data_key=ADMIN, attribute=ADMIN)
    manager = Percent(data_key=MANAGER, attribute=MANAGER)
    cashier = Percent(data_key=CASHIER, attribute=CASHIER)
    clerk = Percent(data_key=CLERK, attribute=CLERK)


class CompanySettingsEdit(CompanyEdit):
    """What can be set for the whole company; its currency stays what it is."""

    rounding_level = fields.String(validate=validate.OneOf(["line", "order"]), load_default="line")
    rounding_mode = fields.String(validate=validate.OneOf(["half_up", "half_even"]), load_default="half_up")
    cash_rounding = Whole(least=0, most=MAX_AMOUNT, load_default=0)
    discount_ceilings = fields.Nested(DiscountCeilings())
    backdating_days = Whole(least=0, most=_LONGEST_BACKDATING, load_default=BACKDATING_DAYS)
    receipt_header = optional(2000)
    receipt_footer = optional(2000)
    pos = fields.Nested(TillPreferences())


class CompanySettingsAnswer(CompanySettingsEdit):
    """The company's settings as they stand."""

    id = Id()
    currency = Currency()
    version = Whole()
    created_at = Moment()
    updated_at = Moment()


def show_settings(company: Company) -> dict[str, Any]:
    """The settings as clients see them."""
    values = dict(company.values)
    pos = {name: values.pop(name) for name in _AT_TILLS}
    return {
        "id": company.id,
        **values,
        "pos": pos,
        "version": company.version,
        "created_at": company.created_on,
        "updated_at": company.modified_on,
    }


_AT_TILLS = ("ask_for_customer", "lock_after_seconds")


def _presented(company: Company) -> Written:
    return written(show_settings(company), "Settings changed", version=company.version)


class CompanySettings(Resource):
    """The settings of the caller's own company."""

    @operation(
        "company.view",
        "Show the company",
        query=AsOfQuery(),
        answer=CompanySettingsAnswer(),
        refusals=(Missing,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """As they are, or as they were recorded by `as_of`."""
        own, as_of = req.context.caller.company_id, req.context.query.get("as_of")
        company = self.ask(req, resp, lambda reading: find_aggregate(reading, own, as_of))
        self.show(req, resp, ok(show_settings(company)), company.version)

    @operation(
        "company.edit",
        "Edit the company",
        description="How it rounds holds for later sales. Receipts of a store that has no texts of its own "
        "carry the company's. Of `discount_ceilings`, roles that are left out keep theirs.",
        body=CompanySettingsEdit(partial=True),
        answer=CompanySettingsAnswer(),
        refusals=(Missing, StaleVersion, AlreadyArchived, ConcurrentEdit),
    )
    def on_patch(self, req: Request, resp: Response) -> None:
        """Edit some of them."""
        changes = dict(req.context.body)
        changes.update(changes.pop("pos", {}))
        command = ReviseCompany(
            id=req.context.caller.company_id, changes=changes, expected_versions=expected_versions(req)
        )
        self.write(req, resp, revise_company, command, _presented)
