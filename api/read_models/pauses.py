"""POST /api/dev/projections/{name}/pause and …/resume: a read model rests, and goes on."""

from falcon import Request, Response

from api.operations import operation
from api.platform import check_platform
from api.read_models.answers import PauseAnswer
from api.read_models.jobs import ReadModelScopeBody
from api.resource import Resource
from commands.ports import Missing
from commands.read_models import (
    InlineCannotPause,
    PauseReadModel,
    ResumeReadModel,
    pause_read_model,
    resume_read_model,
)
from domain.errors import Invalid


class Pause(Resource):
    """A read model that rests."""

    @operation(
        "projections.rebuild",
        "Pause a read model",
        description="It stays as it is, and its reports with it, until it is resumed; if for all companies, "
        "for those too that are founded meanwhile. Rebuilds and checks are made all the same.",
        body=ReadModelScopeBody(),
        body_is_optional=True,
        answer=PauseAnswer,
        refusals=(Missing, InlineCannotPause, Invalid),
    )
    def on_post(self, req: Request, resp: Response, name: str) -> None:
        """Let it follow the log no further."""
        check_platform(req.context.caller)
        about = req.context.body["company_id"]
        answer = PauseAnswer(name=name, company_id=about, paused=True)
        command = PauseReadModel(name=name, company_id=about)
        self.write(req, resp, pause_read_model, command, lambda _: answer, message="It rests")


class Resumption(Resource):
    """A read model that goes on."""

    @operation(
        "projections.rebuild",
        "Resume a read model",
        body=ReadModelScopeBody(),
        body_is_optional=True,
        answer=PauseAnswer,
        refusals=(Missing, Invalid),
    )
    def on_post(self, req: Request, resp: Response, name: str) -> None:
        """Let it go on from where it was."""
        check_platform(req.context.caller)
        about = req.context.body["company_id"]
        answer = PauseAnswer(name=name, company_id=about, paused=False)
        command = ResumeReadModel(name=name, company_id=about)
        self.write(req, resp, resume_read_model, command, lambda _: answer, message="It goes on")
