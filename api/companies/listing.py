"""All companies there are."""

from uuid import uuid4

from falcon import Request, Response

from api.companies.admins import first_admin
from api.companies.answers import CompanyAnswer
from api.companies.input import CompaniesQuery, CompanyBody
from api.companies.presenter import show_company, show_row
from api.operations import operation
from api.platform import check_platform
from api.resource import Resource
from commands.companies import RegisterCompany, register_company
from commands.ports import ConcurrentEdit, DuplicateId
from domain.packages import PackageInactive, PlanLimitReached
from domain.users import DuplicateUsername
from projections.companies import list_companies


class Companies(Resource):
    """All companies there are, as far as the caller may know of them."""

    @operation("companies.view", "List companies", query=CompaniesQuery(), answer=CompanyAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page: the platform sees every company, an admin the own."""
        query = req.context.query
        rows, total = self.ask(req, resp, lambda reading: list_companies(reading.db, **query))
        self.answer_page(req, resp, [show_row(row) for row in rows], total)

    @operation(
        "companies.create",
        "Add a company",
        description="Its log, its package, its first admin and the admin's password are there together, or "
        "nothing is. Two companies may have the same name; user names are unique over all of them.",
        body=CompanyBody(),
        answer=CompanyAnswer,
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
        self.create(
            req, resp, register_company, command, show_company, message="Company added", within=command.id
        )
