"""The service in numbers."""

from falcon import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.media import TEXT
from api.operations import PUBLIC, operation
from api.resource import Resource
from api.watchers import NotAWatcher, is_watcher


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
