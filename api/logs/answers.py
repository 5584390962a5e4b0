"""What is answered of the log of the service."""

from typing import Annotated, Any, Literal

from api.answers import Answer, Id, Meaning, Moment

Level = Literal["debug", "info", "warning", "error", "critical"]


class LogLineAnswer(Answer):
    """One line, with nothing in it that nobody may read: secrets and persons stand there as `***`."""

    id: Annotated[Id, Meaning("Its id, in the order of time.")]
    at: Annotated[Moment, Meaning("When it was written.")]
    level: Annotated[Level, Meaning("How severe it is.", "info")]
    logger: Annotated[str, Meaning("Which part of the service wrote it.", "request")]
    event: Annotated[str, Meaning("What happened, in words.", "answered")]
    request_id: Annotated[
        str | None, Meaning("The `X-Request-Id` of the request that caused it, if one did.", "till-7:42")
    ]
    company_id: Annotated[Id | None, Meaning("Whose request or data it is about, if somebody's.")]
    user_id: Annotated[Id | None, Meaning("Whose request it is about, if anybody's.")]
    route: Annotated[
        str | None, Meaning("The path that was asked for, without what is in it.", "/api/pos/orders")
    ]
    status: Annotated[int | None, Meaning("What a request was answered with.", 201)]
    milliseconds: Annotated[float | None, Meaning("How long it took.", 7.4)]
    fields: Annotated[dict[str, Any], Meaning("Whatever else it says.", {"method": "POST"})]
