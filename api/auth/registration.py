"""Joining the platform by oneself: a company on trial, its first admin and its first store."""

from uuid import uuid4

from falcon import Request, Response

from api.answers import meanings_of
from api.auth.answers import LoginAnswer
from api.auth.presenter import show_signed_in
from api.companies.admins import first_admin
from api.companies.answers import CompanyAnswer
from api.companies.input import AdminBody, CompanyEdit
from api.envelope import done
from api.fields import Body, Code, Currency, Name, Object
from api.operations import PUBLIC, operation
from api.resource import Resource, visitor_of
from commands.companies import JoinOnTrial, NoTrialPackage, RegisterCompany, join_on_trial
from commands.ports import Caller, ConcurrentEdit
from commands.signing_in import TooManyRequests
from domain.errors import NotAllowed
from domain.packages import PlanLimitReached
from domain.users import DuplicateUsername


class RegistrationDisabled(NotAllowed):
    """Companies cannot register themselves here; ask whoever runs this platform."""

    code = "registration_disabled"
    remedy = "Ask whoever runs the platform to make the company, or to turn on registration."


class JoiningCompanyBody(CompanyEdit):
    """The company that joins."""

    class Meta(CompanyEdit.Meta):
        """Nobody has put up an image before joining."""

        exclude = ("logo_image_id",)

    currency = Currency(required=True, **meanings_of(CompanyAnswer)["currency"])


class FirstStoreBody(Body):
    """Where it sells first."""

    name = Name(required=True, meaning="What it is called.", example="Harbour")
    code = Code(required=True, meaning="A short code of its own.", example="MAIN")


class RegistrationBody(Body):
    """A company, who manages it, and where it sells first."""

    company = Object(JoiningCompanyBody(), required=True, meaning="The company that joins.")
    admin = Object(AdminBody(), required=True, meaning="Its first user, who manages it.")
    store = Object(FirstStoreBody(), required=True, meaning="Where it sells first.")


class Registration(Resource):
    """A company joins by itself."""

    @operation(
        PUBLIC,
        "Register a company",
        description="Only where the platform allows it (`MIPOS_REGISTRATION`). The company is on trial with "
        "the cheapest package that can be tried, rather one priced in its own currency. The answer signs "
        "its admin in.",
        body=RegistrationBody(),
        answer=LoginAnswer,
        status=201,
        refusals=(
            RegistrationDisabled,
            NoTrialPackage,
            DuplicateUsername,
            PlanLimitReached,
            ConcurrentEdit,
            TooManyRequests,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Found a company, and sign its admin in."""
        if not self.services.registration:
            raise RegistrationDisabled
        body, visitor = req.context.body, visitor_of(req)
        authentication = self.services.authentication
        authentication.count_registration(visitor)
        company = RegisterCompany(
            id=uuid4(), values=body["company"], admin=first_admin(self.services, body["admin"])
        )
        nobody = Caller(company_id=company.id, user_id=None, request_id=visitor.request_id)
        command = JoinOnTrial(company=company, store_id=uuid4(), store={"day_cut": "00:00", **body["store"]})
        outcome = self.services.application.run(nobody, join_on_trial, command, lambda _: done("Registered"))
        # Whoever tried the name before it was anybody's does not keep its owner out.
        authentication.end_reset(body["admin"]["username"], visitor)
        signed_in = authentication.sign_in(**_login(body["admin"]), visitor=visitor)
        resp.status = 201
        resp.set_header("X-Event-Position", str(outcome.position))
        self.answer(req, resp, show_signed_in(signed_in), "Registered")


def _login(admin: dict[str, str]) -> dict[str, str]:
    return {name: admin[name] for name in ("username", "password")}
