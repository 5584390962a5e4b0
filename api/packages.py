"""Packages in the API: what the platform offers its companies."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from falcon import App, Request, Response
from marshmallow import fields, validate

from api.envelope import ok, page_of, written
from api.etags import expected_versions
from api.fields import Body, Currency, Id, Many, Moment, Money, Name, OwnId, Text, Whole, optional
from api.operations import Operation, operation
from api.queries import AsOfQuery, ListQuery, status_of
from api.resource import Resource
from api.services import Services
from commands.outcomes import Response as Written
from commands.packages import (
    ArchivePackage,
    RegisterPackage,
    RevisePackage,
    SwitchPackage,
    archive_package,
    register_package,
    revise_package,
    switch_package,
)
from commands.ports import Caller, ConcurrentEdit, DuplicateId, Missing, StaleVersion
from domain.companies import PLATFORM_ID
from domain.entities import AlreadyArchived
from domain.errors import NotAllowed
from domain.packages import RESOURCES, LimitBelowUsage, Limits, Package
from domain.settings import DuplicateName, InUse
from projections.packages import limits_of, list_packages

PATH = "/api/admin/packages"
BILLING_PERIODS = ("monthly", "yearly", "none")
_STATUSES = ("active", "inactive", "archived")
_SORT_KEYS = ("name", "-name", "price", "-price", "created_at", "-created_at")
_LONGEST_TRIAL = 365
_HIGHEST_LIMIT = 1_000_000_000
_EDITS = (StaleVersion, AlreadyArchived, ConcurrentEdit)


class LimitsBody(Body):
    """How many a company may have, or sell in a month; null is no limit."""

    stores = Whole(least=0, most=_HIGHEST_LIMIT, allow_none=True)
    storages = Whole(least=0, most=_HIGHEST_LIMIT, allow_none=True)
    users = Whole(least=0, most=_HIGHEST_LIMIT, allow_none=True)
    products = Whole(least=0, most=_HIGHEST_LIMIT, allow_none=True)
    orders_per_month = Whole(least=0, most=_HIGHEST_LIMIT, allow_none=True)


class PackageEdit(Body):
    """What can be agreed of a package; a limit that is not named stays."""

    name = Name(required=True)
    description = optional(2000)
    price = Money(load_default=0)
    currency = Currency(load_default="USD")
    billing_period = fields.String(validate=validate.OneOf(BILLING_PERIODS), load_default="monthly")
    trial_days = Whole(least=0, most=_LONGEST_TRIAL, load_default=0)
    limits = fields.Nested(LimitsBody(), load_default=dict)
    features = Many(Text(shortest=1, longest=200), longest=100, load_default=list)


class PackageBody(PackageEdit):
    """A package."""

    id = OwnId()


class PackageAnswer(PackageEdit):
    """A package as it stands."""

    id = Id()
    status = fields.String(validate=validate.OneOf(_STATUSES))
    version = Whole()
    created_at = Moment()
    updated_at = Moment()


class PackagesQuery(ListQuery):
    """Filters of the packages; archived ones are listed on request only."""

    sort = fields.String(validate=validate.OneOf(_SORT_KEYS), load_default="name")
    status = fields.String(validate=validate.OneOf([*_STATUSES, "all"]))


def show_limits(limits: Limits) -> dict[str, int | None]:
    """Limits as clients see them."""
    return {resource: limits.of(resource) for resource in RESOURCES}


def show_package(package: Package) -> dict[str, Any]:
    """A package as clients see it."""
    return {
        "id": package.id,
        **package.values,
        "limits": show_limits(package.values["limits"]),
        "status": status_of(is_archived=package.is_archived, is_active=package.is_active),
        "version": package.version,
        "created_at": package.created_on,
        "updated_at": package.modified_on,
    }


def _show_row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "description", "price", "currency", "billing_period", "trial_days", "features")
    return {
        **{name: row[name] for name in names},
        "limits": show_limits(limits_of(row)),
        "status": status_of(is_archived=row["is_archived"], is_active=row["is_active"]),
        **{name: row[name] for name in ("version", "created_at", "updated_at")},
    }


def _presented(message: str, status: int = 200) -> Callable[[Package], Written]:
    return lambda package: written(show_package(package), message, status=status, version=package.version)


def check_platform(caller: Caller) -> None:
    """Raise NotAllowed for whoever is not of the platform, whatever keys they hold."""
    if caller.company_id != PLATFORM_ID:
        raise NotAllowed


class Packages(Resource):
    """The platform's price list."""

    @operation("packages.view", "List packages", query=PackagesQuery(), answer=PackageAnswer(), many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, archived ones only on request."""
        query = req.context.query
        rows, total = self.ask(req, resp, lambda reading: list_packages(reading.db, **query))
        resp.media = page_of([_show_row(row) for row in rows], total, query["page"], query["limit"])

    @operation(
        "packages.create",
        "Add a package",
        body=PackageBody(),
        answer=PackageAnswer(),
        status=201,
        refusals=(DuplicateName, DuplicateId, ConcurrentEdit),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Offer one more package."""
        check_platform(req.context.caller)
        values = dict(req.context.body)
        command = RegisterPackage(
            id=values.pop("id", None) or uuid4(),
            values={
                **values,
                "limits": Limits(**values["limits"]),
                "features": tuple(dict.fromkeys(values["features"])),
            },
        )
        self.create(req, resp, register_package, command, _presented("Package added", 201))


class PackageById(Resource):
    """One package."""

    @operation("packages.view", "Show a package", query=AsOfQuery(), answer=PackageAnswer())
    def on_get(self, req: Request, resp: Response, package_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")
        found = self.ask(req, resp, lambda reading: reading.aggregates(Package, [package_id], as_of))
        if not found:
            raise Missing
        self.show(req, resp, ok(show_package(found[0])), found[0].version)

    @operation(
        "packages.edit",
        "Edit a package",
        description="What is agreed holds for all companies that have the package, at once. A limit cannot "
        "be set below what one of them uses.",
        body=PackageEdit(partial=True),
        answer=PackageAnswer(),
        refusals=(DuplicateName, LimitBelowUsage, *_EDITS),
    )
    def on_patch(self, req: Request, resp: Response, package_id: UUID) -> None:
        """Agree on other terms."""
        check_platform(req.context.caller)
        changes = dict(req.context.body)
        if "features" in changes:
            changes["features"] = tuple(dict.fromkeys(changes["features"]))
        command = RevisePackage(
            id=package_id,
            limits=changes.pop("limits", {}),
            changes=changes,
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, revise_package, command, _presented("Package changed"))

    @operation("packages.archive", "Archive a package", answer=PackageAnswer(), refusals=(InUse, *_EDITS))
    def on_delete(self, req: Request, resp: Response, package_id: UUID) -> None:
        """Put it out of use; one that companies have cannot be."""
        check_platform(req.context.caller)
        command = ArchivePackage(id=package_id, expected_versions=expected_versions(req))
        self.write(req, resp, archive_package, command, _presented("Package archived"))


class PackageSwitch(Resource):
    """Offers a package to further companies, or to no more of them."""

    def __init__(self, services: Services, *, is_active: bool) -> None:
        super().__init__(services)
        self.is_active = is_active
        self.operations = {
            "on_post": Operation(
                permission="packages.edit",
                summary=f"{'Activate' if is_active else 'Deactivate'} a package",
                answer=PackageAnswer(),
                refusals=_EDITS,
            )
        }

    def on_post(self, req: Request, resp: Response, package_id: UUID) -> None:
        """Switch it; companies that have the package keep it."""
        check_platform(req.context.caller)
        command = SwitchPackage(
            id=package_id, is_active=self.is_active, expected_versions=expected_versions(req)
        )
        message = f"Package {'activated' if self.is_active else 'deactivated'}"
        self.write(req, resp, switch_package, command, _presented(message))


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of packages."""
    single = f"{PATH}/{{package_id:uuid}}"
    app.add_route(PATH, Packages(services))
    app.add_route(single, PackageById(services))
    app.add_route(f"{single}/activate", PackageSwitch(services, is_active=True))
    app.add_route(f"{single}/deactivate", PackageSwitch(services, is_active=False))
