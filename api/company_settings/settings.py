"""The settings of the caller's own company."""

from falcon import Request, Response

from api.companies.single import find_company
from api.company_settings.answers import CompanySettingsAnswer
from api.company_settings.input import CompanySettingsEdit
from api.entities import values_of
from api.etags import expected_versions
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from commands.companies import ReviseCompany, revise_company
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from domain.companies import Company
from domain.entities import AlreadyArchived


class CompanySettings(Resource):
    """The settings of the caller's own company."""

    @operation(
        "company.view",
        "Show the company",
        query=AsOfQuery(),
        answer=CompanySettingsAnswer,
        refusals=(Missing,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """As they are, or as they were recorded by `as_of`."""
        own, as_of = req.context.caller.company_id, req.context.query.get("as_of")
        company = self.ask(req, resp, lambda reading: find_company(reading, own, as_of))
        self.show(req, resp, show_settings(company))

    @operation(
        "company.edit",
        "Edit the company",
        description="How it rounds holds for later sales. Receipts of a store that has no texts of its own "
        "carry the company's. Of `discount_ceilings`, roles that are left out keep theirs.",
        body=CompanySettingsEdit(partial=True),
        answer=CompanySettingsAnswer,
        refusals=(Missing, StaleVersion, AlreadyArchived, ConcurrentEdit),
    )
    def on_patch(self, req: Request, resp: Response) -> None:
        """Edit some of them."""
        changes = dict(req.context.body)
        changes.update(changes.pop("pos", {}))
        command = ReviseCompany(
            id=req.context.caller.company_id, changes=changes, expected_versions=expected_versions(req)
        )
        self.write(req, resp, revise_company, command, show_settings, message="Settings changed")


def show_settings(company: Company) -> CompanySettingsAnswer:
    """The settings as clients see them."""
    return CompanySettingsAnswer.of({**values_of(company), "pos": company.values})
