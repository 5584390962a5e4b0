"""Companies in the API: the platform looks after all of them, an admin after the own."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from falcon import App, Request, Response
from marshmallow import fields, validate

from api.envelope import ok, page_of, written
from api.etags import expected_versions
from api.fields import Body, Currency, Email, Id, Moment, Name, OwnId, Secret, Text, Timezone, Whole, optional
from api.operations import operation
from api.packages import LimitsBody, check_platform, show_limits
from api.queries import AsOfQuery, ListQuery
from api.resource import Resource
from api.services import Reading, Services
from api.users.input import Username
from commands.companies import (
    ActivateCompany,
    ArchiveCompany,
    FirstAdmin,
    RegisterCompany,
    ReviseCompany,
    SuspendCompany,
    activate_company,
    archive_company,
    register_company,
    revise_company,
    suspend_company,
)
from commands.outcomes import Response as Written
from commands.ports import Caller, ConcurrentEdit, DuplicateId, Missing, StaleVersion
from commands.subscriptions import KnownSubscription, Subscribe, subscribe
from domain.companies import PLATFORM_ID, Company
from domain.entities import AlreadyArchived
from domain.packages import LimitBelowUsage, Limits, PackageInactive, PlanLimitReached
from domain.passwords import check_password
from domain.subscriptions import Terms
from domain.users import DuplicateUsername
from projections.companies import list_companies
from projections.guards.packages import ask_usage
from projections.packages import find_package, limits_of

PATH = "/api/admin/companies"
_STATUSES = ("active", "suspended", "archived")
_SUBSCRIPTION_STATUSES = ("trial", "active", "past_due", "expired")
_EDITS = (StaleVersion, AlreadyArchived, ConcurrentEdit)


class CompanyEdit(Body):
    """What can be edited of a company; its currency stays what it is."""

    name = Name(required=True)
    email = Email(allow_none=True, load_default=None)
    phone = optional(50)
    address = optional()
    timezone = Timezone(required=True)
    tax_number = optional(100)
    logo_image_id = Id(allow_none=True, load_default=None)


class AdminBody(Body):
    """The first user of a company, who manages it."""

    username = Username(required=True)
    password = Secret(required=True)
    email = Email(allow_none=True, load_default=None)


class CompanyBody(CompanyEdit):
    """A company, with a package and a first admin if it is to have them."""

    id = OwnId()
    currency = Currency(required=True)
    package_id = Id(allow_none=True, load_default=None)
    admin = fields.Nested(AdminBody(), allow_none=True, load_default=None)


class CompanyAnswer(CompanyEdit):
    """A company as it stands; without a package it has no limits."""

    id = Id()
    currency = Currency()
    status = fields.String(validate=validate.OneOf(_STATUSES))
    suspension_reason = Text(allow_none=True)
    package_id = Id(allow_none=True)
    subscription_status = fields.String(allow_none=True, validate=validate.OneOf(_SUBSCRIPTION_STATUSES))
    trial_ends_at = Moment(allow_none=True)
    period_ends_at = Moment(allow_none=True)
    version = Whole()
    created_at = Moment()
    updated_at = Moment()


class CompaniesQuery(ListQuery):
    """Filters of the companies; archived ones are listed on request only."""

    sort = fields.String(
        validate=validate.OneOf(["name", "-name", "created_at", "-created_at"]), load_default="name"
    )
    status = fields.String(validate=validate.OneOf([*_STATUSES, "all"]))
    package_id = Id()
    subscription_status = fields.String(validate=validate.OneOf(_SUBSCRIPTION_STATUSES))


class SuspensionBody(Body):
    """Why."""

    reason = optional(500)


class SubscriptionBody(Body):
    """Another package, or how to go on with this one; what is not said follows from the package."""

    package_id = Id()
    status = fields.String(validate=validate.OneOf(["trial", "active"]))
    trial_ends_at = Moment(allow_none=True)
    period_ends_at = Moment(allow_none=True)


class UsageAnswer(Body):
    """How much of what can be limited a company has at present."""

    stores = Whole()
    storages = Whole()
    users = Whole()
    products = Whole()
    orders_per_month = Whole()


class SubscriptionAnswer(Body):
    """What a company has of a package; null without one. `version` is the company's."""

    company_id = Id()
    package_id = Id(allow_none=True)
    package_name = Text(allow_none=True)
    status = fields.String(allow_none=True, validate=validate.OneOf(_SUBSCRIPTION_STATUSES))
    trial_ends_at = Moment(allow_none=True)
    period_ends_at = Moment(allow_none=True)
    overdue_since = Moment(allow_none=True)
    changes_at = Moment(allow_none=True)
    limits = fields.Nested(LimitsBody())
    usage = fields.Nested(UsageAnswer())
    version = Whole()


def show_company(company: Company) -> dict[str, Any]:
    """A company as the platform and its admin see it."""
    subscription = company.subscription
    return {
        "id": company.id,
        **{name: company.values[name] for name in _FIELDS},
        "status": company.status,
        "suspension_reason": company.suspension_reason,
        "package_id": subscription.package_id if subscription else None,
        "subscription_status": subscription.status if subscription else None,
        "trial_ends_at": subscription.trial_ends_at if subscription else None,
        "period_ends_at": subscription.period_ends_at if subscription else None,
        "version": company.version,
        "created_at": company.created_on,
        "updated_at": company.modified_on,
    }


_FIELDS = ("name", "email", "phone", "address", "currency", "timezone", "tax_number", "logo_image_id")
_COLUMNS = (
    *_FIELDS,
    "status",
    "suspension_reason",
    "package_id",
    "subscription_status",
    "trial_ends_at",
    "period_ends_at",
    "version",
    "created_at",
    "updated_at",
)


def _show_row(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["company_id"], **{name: row[name] for name in _COLUMNS}}


def _show_subscription(
    company: Company, name: str | None, limits: Limits, usage: Mapping[str, int]
) -> dict[str, Any]:
    subscription = company.subscription
    return {
        "company_id": company.id,
        "package_id": subscription.package_id if subscription else None,
        "package_name": name,
        "status": subscription.status if subscription else None,
        "trial_ends_at": subscription.trial_ends_at if subscription else None,
        "period_ends_at": subscription.period_ends_at if subscription else None,
        "overdue_since": subscription.overdue_since if subscription else None,
        "changes_at": company.due_at,
        "limits": show_limits(limits),
        "usage": usage,
        "version": company.version,
    }


def _presented(message: str, status: int = 200) -> Callable[[Company], Written]:
    return lambda company: written(show_company(company), message, status=status, version=company.version)


def _subscribed(known: KnownSubscription) -> Written:
    shown = _show_subscription(known.company, known.offer.name, known.offer.limits, known.usage)
    return written(shown, "Subscription changed", version=known.company.version)


def place_of(caller: Caller, company_id: UUID) -> UUID | None:
    """Within which company the caller's request is about this one; None: within the caller's own.

    Only the platform enters another one; in one's own log, no other company is to be found.
    """
    return company_id if caller.company_id == PLATFORM_ID else None


def first_admin(services: Services, given: Mapping[str, Any], place: str = "admin") -> FirstAdmin:
    """The first admin as the body tells of them, the password hashed. Raises WeakPassword."""
    check_password(given["password"], given["username"], f"{place}.password")
    return FirstAdmin(
        id=uuid4(),
        username=given["username"],
        email=given["email"],
        password_hash=services.authentication.hash_password(given["password"]),
    )


def find_aggregate(reading: Reading, company_id: UUID, as_of: Any = None) -> Company:
    """The company from its own log. Raises Missing."""
    found = reading.aggregates(Company, [company_id], as_of)
    if not found:
        raise Missing
    company: Company = found[0]
    return company


class Companies(Resource):
    """All companies there are, as far as the caller may know of them."""

    @operation("companies.view", "List companies", query=CompaniesQuery(), answer=CompanyAnswer(), many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page: the platform sees every company, an admin the own."""
        query = req.context.query
        rows, total = self.ask(req, resp, lambda reading: list_companies(reading.db, **query))
        resp.media = page_of([_show_row(row) for row in rows], total, query["page"], query["limit"])

    @operation(
        "companies.create",
        "Add a company",
        description="Its log, its package, its first admin and the admin's password are there together, or "
        "nothing is. Two companies may have the same name; user names are unique over all of them.",
        body=CompanyBody(),
        answer=CompanyAnswer(),
        status=201,
        refusals=(DuplicateUsername, DuplicateId, PackageInactive, PlanLimitReached, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Take on a company."""
        check_platform(req.context.caller)
        values = dict(req.context.body)
        admin = values.pop("admin")
        command = RegisterCompany(
            id=values.pop("id", None) or uuid4(),
            package_id=values.pop("package_id"),
            admin=first_admin(self.services, admin) if admin else None,
            values=values,
        )
        self.create(req, resp, register_company, command, _presented("Company added", 201), within=command.id)


class CompanyById(Resource):
    """One company."""

    @operation("companies.view", "Show a company", query=AsOfQuery(), answer=CompanyAnswer())
    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        within, as_of = place_of(req.context.caller, company_id), req.context.query.get("as_of")
        company = self.ask(
            req, resp, lambda reading: find_aggregate(reading, company_id, as_of), within=within
        )
        self.show(req, resp, ok(show_company(company)), company.version)

    @operation(
        "companies.edit",
        "Edit a company",
        body=CompanyEdit(partial=True),
        answer=CompanyAnswer(),
        refusals=_EDITS,
    )
    def on_patch(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Edit some of its fields."""
        command = ReviseCompany(
            id=company_id, changes=req.context.body, expected_versions=expected_versions(req)
        )
        within = place_of(req.context.caller, company_id)
        self.write(req, resp, revise_company, command, _presented("Company changed"), within=within)

    @operation(
        "companies.archive",
        "Archive a company",
        description="Nobody of it can sign in or go on working. Its user names stay its own, and its history "
        "stays as it is; it cannot be brought back.",
        answer=CompanyAnswer(),
        refusals=_EDITS,
    )
    def on_delete(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Put it out of use."""
        check_platform(req.context.caller)
        command = ArchiveCompany(id=company_id, expected_versions=expected_versions(req))
        self.write(req, resp, archive_company, command, _presented("Company archived"), within=company_id)


class CompanySuspension(Resource):
    """Suspends a company."""

    @operation(
        "companies.suspend",
        "Suspend a company",
        description="Nobody of it can sign in or change anything until it is activated again; whoever is "
        "signed in can still read.",
        body=SuspensionBody(),
        body_is_optional=True,
        answer=CompanyAnswer(),
        refusals=_EDITS,
    )
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Let it read and no more."""
        check_platform(req.context.caller)
        command = SuspendCompany(
            id=company_id, reason=req.context.body.get("reason"), expected_versions=expected_versions(req)
        )
        self.write(req, resp, suspend_company, command, _presented("Company suspended"), within=company_id)


class CompanyActivation(Resource):
    """Ends a company's suspension."""

    @operation("companies.suspend", "Activate a company", answer=CompanyAnswer(), refusals=_EDITS)
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Let it write again."""
        check_platform(req.context.caller)
        command = ActivateCompany(id=company_id, expected_versions=expected_versions(req))
        self.write(req, resp, activate_company, command, _presented("Company activated"), within=company_id)


class CompanySubscription(Resource):
    """What a company has of a package."""

    @operation(
        "subscriptions.view",
        "Show a company's subscription",
        description="The package's limits beside what the company uses of them.",
        answer=SubscriptionAnswer(),
    )
    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Package, status, dates, limits and usage."""

        def question(reading: Reading) -> dict[str, Any]:
            company = find_aggregate(reading, company_id)
            usage = ask_usage(reading.db, company.values["timezone"], self.services.now())
            has = company.subscription
            package = find_package(reading.db, has.package_id) if has else None
            limits = limits_of(package) if package else Limits()
            name = package["name"] if package else None
            return _show_subscription(company, name, limits, usage.row() or {})

        within = place_of(req.context.caller, company_id)
        resp.media = ok(self.ask(req, resp, question, within=within))

    @operation(
        "subscriptions.edit",
        "Change a company's subscription",
        description="A company's first package begins with its trial, if it has one, as does another that it "
        "moves to while on trial; any other begins with a period. `status` and the dates say otherwise: "
        "`active` begins a period now, or where the last one ended if that was within the days of grace, and "
        "`period_ends_at` of null is a period without an end. Dates that have passed take effect at once. "
        "Seven days after a trial or a period has ended, the subscription expires.",
        body=SubscriptionBody(),
        answer=SubscriptionAnswer(),
        refusals=(PackageInactive, LimitBelowUsage, *_EDITS),
    )
    def on_put(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Give it another package, or go on with the one it has."""
        check_platform(req.context.caller)
        body = req.context.body
        command = Subscribe(
            company_id=company_id,
            package_id=body.get("package_id"),
            terms=Terms(
                status=body.get("status"),
                trial_ends_at=body.get("trial_ends_at"),
                period_ends_at=body.get("period_ends_at"),
                says_period_end="period_ends_at" in body,
            ),
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, subscribe, command, _subscribed, within=company_id)


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of companies."""
    single = f"{PATH}/{{company_id:uuid}}"
    app.add_route(PATH, Companies(services))
    app.add_route(single, CompanyById(services))
    app.add_route(f"{single}/activate", CompanyActivation(services))
    app.add_route(f"{single}/suspend", CompanySuspension(services))
    app.add_route(f"{single}/subscription", CompanySubscription(services))
