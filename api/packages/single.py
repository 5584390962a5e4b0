"""One package: shown, agreed on anew, offered or not, and put out of use."""

from uuid import UUID

from falcon import Request, Response

from api.entities import EDITS
from api.etags import expected_versions
from api.operations import Operation, operation
from api.packages.answers import PackageAnswer
from api.packages.input import PackageEdit
from api.packages.presenter import show_package
from api.platform import check_platform
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Services
from commands.packages import (
    ArchivePackage,
    RevisePackage,
    SwitchPackage,
    archive_package,
    revise_package,
    switch_package,
)
from commands.ports import Missing
from domain.packages import LimitBelowUsage, Package
from domain.settings import DuplicateName, InUse


class PackageById(Resource):
    """One package."""

    @operation("packages.view", "Show a package", query=AsOfQuery(), answer=PackageAnswer)
    def on_get(self, req: Request, resp: Response, package_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        as_of = req.context.query.get("as_of")
        packages = self.ask(req, resp, lambda reading: reading.aggregates(Package, [package_id], as_of))
        if not packages:
            raise Missing
        self.show(req, resp, show_package(packages[0]))

    @operation(
        "packages.edit",
        "Edit a package",
        description="What is agreed holds for all companies that have the package, at once. A limit cannot "
        "be set below what one of them uses.",
        body=PackageEdit(partial=True),
        answer=PackageAnswer,
        refusals=(DuplicateName, LimitBelowUsage, *EDITS),
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
        self.write(req, resp, revise_package, command, show_package, message="Package changed")

    @operation("packages.archive", "Archive a package", answer=PackageAnswer, refusals=(InUse, *EDITS))
    def on_delete(self, req: Request, resp: Response, package_id: UUID) -> None:
        """Put it out of use; one that companies have cannot be."""
        check_platform(req.context.caller)
        command = ArchivePackage(id=package_id, expected_versions=expected_versions(req))
        self.write(req, resp, archive_package, command, show_package, message="Package archived")


class PackageSwitch(Resource):
    """Offers a package to further companies, or to no more of them."""

    def __init__(self, services: Services, *, is_active: bool) -> None:
        super().__init__(services)
        self.is_active = is_active
        self.operations = {
            "on_post": Operation(
                permission="packages.edit",
                summary=f"{'Activate' if is_active else 'Deactivate'} a package",
                answer=PackageAnswer,
                refusals=EDITS,
            )
        }

    def on_post(self, req: Request, resp: Response, package_id: UUID) -> None:
        """Switch it; companies that have the package keep it."""
        check_platform(req.context.caller)
        command = SwitchPackage(
            id=package_id, is_active=self.is_active, expected_versions=expected_versions(req)
        )
        message = f"Package {'activated' if self.is_active else 'deactivated'}"
        self.write(req, resp, switch_package, command, show_package, message=message)
