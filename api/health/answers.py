"""What is answered of the service itself."""

from typing import Annotated, Literal

from msgspec import UNSET, UnsetType

from api.answers import Answer, Count, Meaning


class AliveAnswer(Answer):
    """That the process can answer."""

    status: Annotated[Literal["alive"], Meaning("That it can answer.")]


class FaultAnswer(Answer):
    """Something that an operator should look at."""

    code: Annotated[str, Meaning("Which it is.", "projection_behind")]
    message: Annotated[str, Meaning("What is the matter.", "stock is behind; events: 1,200, seconds: 40.")]


class WorkersAnswer(Answer):
    """Worker processes by whether they were heard of in the last ten seconds."""

    alive: Annotated[Count, Meaning("Heard of.", 1)]
    silent: Annotated[Count, Meaning("Not heard of, but within the last minute.", 0)]


class ProjectionLagAnswer(Answer):
    """How far a read model is behind, over all companies."""

    projection: Annotated[str, Meaning("The read model.", "report_sales")]
    companies: Annotated[Count, Meaning("For how many companies it is kept.", 3)]
    greatest_lag: Annotated[Count, Meaning("Events not folded yet, of the company with most.", 0)]
    lag_seconds: Annotated[float, Meaning("Age of the oldest event that is not folded yet.", 0.0)]
    parked: Annotated[Count, Meaning("For how many companies it is parked.", 0)]
    filling: Annotated[Count, Meaning("For how many it is being filled and answers nothing.", 0)]


class StockVerificationAnswer(Answer):
    """How the stock of all companies compares with their logs, looked through again and again."""

    companies: Annotated[Count, Meaning("How many companies there are.", 3)]
    verified_position: Annotated[
        Count,
        Meaning("Position at which all stock was last clean, of the company furthest behind its log.", 1200),
    ]
    lag_events: Annotated[Count, Meaning("Events after that position.", 40)]
    lag_seconds: Annotated[float, Meaning("Since when not all companies were found clean.", 12.5)]
    differences: Annotated[Count, Meaning("Figures of balances that are not what the log says.", 0)]


class ReportReconciliationAnswer(Answer):
    """How the reports of all companies compare with each other, looked through again and again."""

    companies: Annotated[Count, Meaning("How many companies there are.", 3)]
    verified_position: Annotated[
        Count,
        Meaning("Position at which all reports last agreed, of the company furthest behind its log.", 1200),
    ]
    lag_events: Annotated[Count, Meaning("Events after that position.", 40)]
    lag_seconds: Annotated[float, Meaning("Since when the reports of not all companies agreed.", 12.5)]
    differences: Annotated[Count, Meaning("Figures of reports that do not agree.", 0)]


class ReadyAnswer(Answer):
    """Whether it can sell, and to whoever watches over it how it is; numbers only, of no company."""

    ready: Annotated[bool, Meaning("Whether it can sell.", example=True)]
    message: Annotated[str, Meaning("The same for a person.", "Ready")] | UnsetType = UNSET
    database: Annotated[bool, Meaning("Whether the database answers.", example=True)] | UnsetType = UNSET
    status: Annotated[Literal["ok", "degraded"], Meaning("Whether all is well.")] | UnsetType = UNSET
    degraded: Annotated[list[FaultAnswer], Meaning("What needs looking after.", [])] | UnsetType = UNSET
    workers: Annotated[WorkersAnswer, Meaning("The worker processes.")] | UnsetType = UNSET
    projections: Annotated[list[ProjectionLagAnswer], Meaning("The read models.", [])] | UnsetType = UNSET
    stock: Annotated[StockVerificationAnswer, Meaning("Stock against the log.")] | UnsetType = UNSET
    reports: Annotated[ReportReconciliationAnswer, Meaning("Reports against each other.")] | UnsetType = UNSET
    oldest_snapshot_seconds: (
        Annotated[
            float,
            Meaning(
                "Age of the oldest transaction that keeps the database from cleaning up; sales get slower.",
                0.0,
            ),
        ]
        | UnsetType
    ) = UNSET
