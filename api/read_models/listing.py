"""GET /api/dev/projections: each read model, how far it is, and whether its rows are what the log says."""

from typing import Literal

from falcon import Request, Response

from api.operations import operation
from api.platform import check_platform
from api.read_models.answers import LagAnswer, PositionsAnswer, ReadModelAnswer
from api.resource import Resource
from api.services import ReadModel
from projections.base import Row
from projections.standing import list_standing


class ReadModels(Resource):
    """Every read model of this version."""

    @operation(
        "projections.view",
        "List the read models",
        answer=list[ReadModelAnswer],
        lengthy=True,
        description="In the order in which they are written, each over all companies.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """How each of them stands."""
        check_platform(req.context.caller)
        standing = self.ask(req, resp, lambda reading: list_standing(reading.db))
        models = self.services.read_models
        self.answer(req, resp, [_answer(model, standing.get(model.name)) for model in models])


def _answer(model: ReadModel, row: Row | None) -> ReadModelAnswer:
    standing = row or {}
    return ReadModelAnswer(
        name=model.name,
        mode=model.mode,
        version=model.version,
        tables=list(model.tables),
        definition=_definition(model, standing.get("digest")),
        companies=standing.get("companies", 0),
        position=PositionsAnswer(
            least=standing.get("least_position") or 0, greatest=standing.get("greatest_position") or 0
        ),
        lag=LagAnswer(events=standing.get("lag_events", 0), seconds=standing.get("lag_seconds", 0.0)),
        rate=standing.get("rate"),
        parked=standing.get("parked", 0),
        paused=bool(standing.get("paused")),
        last_verified_at=standing.get("verified_at"),
        sound=not (standing.get("differing") or standing.get("skipped")),
    )


def _definition(model: ReadModel, digest: str | None) -> Literal["current", "other version", "missing"]:
    if digest is None:
        return "missing"
    return "current" if digest == model.digest else "other version"
