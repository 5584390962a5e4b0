"""One company: shown, edited, and put out of use."""

from datetime import datetime
from uuid import UUID

from falcon import Request, Response

from api.companies.answers import CompanyAnswer
from api.companies.input import CompanyEdit
from api.companies.presenter import show_company
from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.platform import check_platform, within_of
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from commands.companies import ArchiveCompany, ReviseCompany, archive_company, revise_company
from commands.ports import Missing
from domain.companies import Company


class CompanyById(Resource):
    """One company."""

    @operation("companies.view", "Show a company", query=AsOfQuery(), answer=CompanyAnswer)
    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        within, as_of = within_of(req.context.caller, company_id), req.context.query.get("as_of")
        company = self.ask(req, resp, lambda reading: find_company(reading, company_id, as_of), within=within)
        self.show(req, resp, show_company(company))

    @operation(
        "companies.edit",
        "Edit a company",
        body=CompanyEdit(partial=True),
        answer=CompanyAnswer,
        refusals=EDITS,
    )
    def on_patch(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Edit some of its fields."""
        command = ReviseCompany(
            id=company_id, changes=req.context.body, expected_versions=expected_versions(req)
        )
        within = within_of(req.context.caller, company_id)
        self.write(req, resp, revise_company, command, show_company, message="Company changed", within=within)

    @operation(
        "companies.archive",
        "Archive a company",
        description="Nobody of it can sign in or go on working. Its user names stay its own, and its history "
        "stays as it is; it cannot be brought back.",
        answer=CompanyAnswer,
        refusals=EDITS,
    )
    def on_delete(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Put it out of use."""
        check_platform(req.context.caller)
        command = ArchiveCompany(id=company_id, expected_versions=expected_versions(req))
        self.write(
            req, resp, archive_company, command, show_company, message="Company archived", within=company_id
        )


def find_company(reading: Reading, company_id: UUID, as_of: datetime | None = None) -> Company:
    """The company from its own log. Raises Missing."""
    companies = reading.aggregates(Company, [company_id], as_of)
    if not companies:
        raise Missing
    company: Company = companies[0]
    return company
