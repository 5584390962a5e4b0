"""Suspends companies, and ends that."""

from uuid import UUID

from falcon import Request, Response

from api.companies.answers import CompanyAnswer
from api.companies.input import SuspensionBody
from api.companies.presenter import show_company
from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.platform import check_platform
from api.resource import Resource
from commands.companies import ActivateCompany, SuspendCompany, activate_company, suspend_company


class CompanySuspension(Resource):
    """Suspends a company."""

    @operation(
        "companies.suspend",
        "Suspend a company",
        description="Nobody of it can sign in or change anything until it is activated again; whoever is "
        "signed in can still read.",
        body=SuspensionBody(),
        body_is_optional=True,
        answer=CompanyAnswer,
        refusals=EDITS,
    )
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Let it read and no more."""
        check_platform(req.context.caller)
        command = SuspendCompany(
            id=company_id, reason=req.context.body.get("reason"), expected_versions=expected_versions(req)
        )
        self.write(
            req, resp, suspend_company, command, show_company, message="Company suspended", within=company_id
        )


class CompanyActivation(Resource):
    """Ends a company's suspension."""

    @operation("companies.suspend", "Activate a company", answer=CompanyAnswer, refusals=EDITS)
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Let it write again."""
        check_platform(req.context.caller)
        command = ActivateCompany(id=company_id, expected_versions=expected_versions(req))
        self.write(
            req, resp, activate_company, command, show_company, message="Company activated", within=company_id
        )
