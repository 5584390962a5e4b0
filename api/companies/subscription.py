"""What a company has of a package."""

from uuid import UUID

from falcon import Request, Response

from api.companies.answers import SubscriptionAnswer
from api.companies.input import SubscriptionBody
from api.companies.presenter import show_subscription
from api.companies.single import find_company
from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.platform import check_platform, within_of
from api.resource import Resource
from api.services import Reading
from commands.subscriptions import Subscribe, subscribe
from domain.packages import LimitBelowUsage, Limits, PackageInactive
from domain.subscriptions import Terms
from projections.guards.packages import ask_usage
from projections.packages import find_package, limits_of


class CompanySubscription(Resource):
    """What a company has of a package."""

    @operation(
        "subscriptions.view",
        "Show a company's subscription",
        description="The package's limits beside what the company uses of them.",
        answer=SubscriptionAnswer,
    )
    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Package, status, dates, limits and usage."""

        def question(reading: Reading) -> SubscriptionAnswer:
            company = find_company(reading, company_id)
            usage = ask_usage(reading.db, company.values["timezone"], self.services.now())
            has = company.subscription
            package = find_package(reading.db, has.package_id) if has else None
            limits = limits_of(package) if package else Limits()
            name = package["name"] if package else None
            return show_subscription(company, name, limits, usage.row() or {})

        within = within_of(req.context.caller, company_id)
        # What is used of the package changes without the company, so it is never told to be as it was.
        self.show(req, resp, self.ask(req, resp, question, within=within), is_whole=False)

    @operation(
        "subscriptions.edit",
        "Change a company's subscription",
        description="A company's first package begins with its trial, if it has one, as does another that it "
        "moves to while on trial; any other begins with a period. `status` and the dates say otherwise: "
        "`active` begins a period now, or where the last one ended if that was within the days of grace, and "
        "`period_ends_at` of null is a period without an end. Dates that have passed take effect at once. "
        "Seven days after a trial or a period has ended, the subscription expires.",
        body=SubscriptionBody(),
        answer=SubscriptionAnswer,
        refusals=(PackageInactive, LimitBelowUsage, *EDITS),
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
        self.write(
            req,
            resp,
            subscribe,
            command,
            lambda subscribed: show_subscription(
                subscribed.company, subscribed.offer.name, subscribed.offer.limits, subscribed.usage
            ),
            message="Subscription changed",
            within=company_id,
        )
