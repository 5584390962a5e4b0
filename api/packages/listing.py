"""The platform's price list."""

from uuid import uuid4

from falcon import Request, Response

from api.operations import operation
from api.packages.answers import PackageAnswer
from api.packages.input import PackageBody, PackagesQuery
from api.packages.presenter import show_package, show_row
from api.platform import check_platform
from api.resource import Resource
from commands.packages import RegisterPackage, register_package
from commands.ports import ConcurrentEdit, DuplicateId
from domain.packages import Limits
from domain.settings import DuplicateName
from projections.packages import list_packages


class Packages(Resource):
    """The platform's price list."""

    @operation("packages.view", "List packages", query=PackagesQuery(), answer=PackageAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, archived ones only on request."""
        query = req.context.query
        rows, total = self.ask(req, resp, lambda reading: list_packages(reading.db, **query))
        self.answer_page(req, resp, [show_row(row) for row in rows], total)

    @operation(
        "packages.create",
        "Add a package",
        body=PackageBody(),
        answer=PackageAnswer,
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
        self.create(req, resp, register_package, command, show_package, message="Package added")
