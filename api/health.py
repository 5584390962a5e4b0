"""For those who watch over the service: alive, ready, and in numbers."""

import falcon
from falcon import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.envelope import encode, ok
from api.media import TEXT
from api.operations import PUBLIC, operation
from api.resource import Resource
from api.watchers import NotAWatcher, is_watcher
from domain.permissions import SUPER_ADMIN


class Alive(Resource):
    """Liveness."""

    @operation(PUBLIC, "Is the process alive?")
    def on_get(self, req: Request, resp: Response) -> None:
        """Answers as long as the process can answer anything."""
        del req
        resp.data = encode(ok({"status": "alive"}))


class Ready(Resource):
    """Readiness."""

    @operation(PUBLIC, "Is the service ready?")
    def on_get(self, req: Request, resp: Response) -> None:
        """Whether it can sell; 503 when it cannot. Strangers are told no more than that.

        `status` is `degraded` where it sells but something needs looking after, which the list `degraded`
        names by code: `no_worker`, `worker_silent`, `projection_behind`, `projection_parked`,
        `projection_filling`, `company_closed` (an upgrade could not read a record of theirs).
        """
        report = self.services.health.check()
        shown = report if self._sees_details(req) else {"ready": report["ready"]}
        resp.status = falcon.HTTP_200 if report["ready"] else falcon.HTTP_503
        if not report["ready"]:
            resp.set_header("Retry-After", "1")
        resp.data = encode({"success": report["ready"], "message": report["message"], "data": shown})

    def _sees_details(self, req: Request) -> bool:
        """Whether a watcher asks, or somebody who runs the platform: nothing of any company is shown."""
        caller = req.context.caller
        is_platforms = caller is not None and caller.role == SUPER_ADMIN
        return is_platforms or is_watcher(req, self.services.metrics_token)


class Metrics(Resource):
    """Metrics for Prometheus."""

    @operation(
        PUBLIC,
        "Metrics in the format of Prometheus",
        description="For whoever asks on the service's own machine, or sends `MIPOS_METRICS_TOKEN` (Bearer).",
        media=(TEXT,),
        refusals=(NotAWatcher,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """Counters and histograms over all processes of this service."""
        if not is_watcher(req, self.services.metrics_token):
            raise NotAWatcher
        resp.content_type = CONTENT_TYPE_LATEST
        resp.data = self.services.health.metrics()
