"""What is answered of the log to those who follow it."""

from typing import Annotated, Any

from api.answers import Answer, Id, Meaning, Moment


class FeedEventAnswer(Answer):
    """One fact of the company's log, as long as nobody is named in it."""

    id: Annotated[
        str,
        Meaning(
            "By what you know it again, also after a restore: `<epoch>-<position>`, of the epoch it is of.",
            "3f9c2a71-42",
        ),
    ]
    position: Annotated[int, Meaning("Its place in the company's log, without gaps from 1.", 42)]
    type: Annotated[str, Meaning("What happened; see `GET /api/feed/types`.", "orders.Order.Sold")]
    stream_id: Annotated[Id, Meaning("To what it happened: the id of the order, product, customer …")]
    stream_version: Annotated[int, Meaning("Which version of that it led to.", 1)]
    at: Annotated[Moment, Meaning("When it was decided.")]
    recorded_at: Annotated[Moment, Meaning("When the log took it; never before an earlier position.")]
    actor_id: Annotated[Id | None, Meaning("Who did it; null for the system.")]
    data: Annotated[
        Any,
        Meaning(
            "What the event says, in the present version of its type, without what tells about a person, "
            "without addresses of webhooks, and without costs for whoever lacks `costs.view`.",
        ),
    ]


class EventTypeAnswer(Answer):
    """One type of event that the log may hold."""

    type: Annotated[str, Meaning("Its name, which stays for ever.", "orders.Order.Voided")]
    version: Annotated[int, Meaning("The version of what it says; rows are always in this one.", 1)]
    meaning: Annotated[str, Meaning("What happened when it is recorded.", "All of it was taken back.")]
    json_schema: Annotated[
        dict[str, Any],
        Meaning(
            "The JSON Schema of its `data`. Later versions of the service may add members, never change one "
            "within a version. It names those that tell of costs, which only `costs.view` shows.",
            {"type": "object", "properties": {"reason": {"type": "string"}}, "required": ["reason"]},
        ),
    ]
