"""GET /api/dev/doctor: every check of `mipos doctor`, and what mends what is not well."""

from falcon import Request, Response

from api.doctor.answers import FindingAnswer
from api.operations import operation
from api.platform import check_platform
from api.resource import Resource


class Findings(Resource):
    """What the checks find."""

    @operation(
        "projections.view",
        "Examine the installation",
        answer=list[FindingAnswer],
        lengthy=True,
        description="The same as `mipos doctor --json` says, as seen from the machine of the web server. An "
        "examination answers all who ask within five seconds.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """How each check came out."""
        check_platform(req.context.caller)
        self.services.application.check(req.context.caller)
        found = self.services.doctor.examine()
        self.answer(req, resp, [FindingAnswer.of(one) for one in found])
