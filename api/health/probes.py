"""Whether the process is alive, and whether the service is ready."""

from falcon import Request, Response

from api.envelope import encode
from api.health.answers import AliveAnswer, ReadyAnswer
from api.operations import PUBLIC, operation
from api.resource import Resource
from api.watchers import is_watcher
from domain.permissions import SUPER_ADMIN


class Alive(Resource):
    """Liveness."""

    @operation(PUBLIC, "Is the process alive?", answer=AliveAnswer)
    def on_get(self, req: Request, resp: Response) -> None:
        """Answers as long as the process can answer anything."""
        self.answer(req, resp, AliveAnswer(status="alive"))


class Ready(Resource):
    """Readiness."""

    @operation(PUBLIC, "Is the service ready?", answer=ReadyAnswer)
    def on_get(self, req: Request, resp: Response) -> None:
        """Whether it can sell; 503 when it cannot. Strangers are told no more than that.

        `status` is `degraded` where it sells but something needs looking after, which the list `degraded`
        names by code: `no_worker`, `worker_silent`, `projection_behind`, `projection_parked`,
        `projection_filling`, `company_closed` (an upgrade could not read a record of theirs), `stock_differs`
        (`mipos stock verify` names what).
        """
        report = self.services.health.check()
        is_ready, message = report["ready"], report["message"]
        shown = ReadyAnswer.of(report) if self._sees_details(req) else ReadyAnswer(ready=is_ready)
        if not is_ready:
            resp.status = 503
            resp.set_header("Retry-After", "1")
        resp.data = encode({"success": is_ready, "message": message, "data": shown})

    def _sees_details(self, req: Request) -> bool:
        """Whether a watcher asks, or somebody who runs the platform: nothing of any company is shown."""
        caller = req.context.caller
        is_platforms = caller is not None and caller.role == SUPER_ADMIN
        return is_platforms or is_watcher(req, self.services.metrics_token)
