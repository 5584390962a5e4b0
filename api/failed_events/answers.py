"""What is answered of events that read models cannot apply."""

from typing import Annotated

from api.answers import NULL, Answer, Count, Id, Meaning, Moment


class FailedEventAnswer(Answer):
    """An event before which a read model of a company waits for a person."""

    id: Annotated[Id, Meaning("What to settle it by; the same as long as the read model waits there.")]
    projection: Annotated[str, Meaning("Which read model.", "report_sales")]
    company_id: Annotated[Id, Meaning("Of which company.")]
    position: Annotated[Count, Meaning("The event's position in the company's log.", 4_711)]
    type: Annotated[
        str | None, Meaning("The type of the event; null if it is not there.", "orders.Order.Sold")
    ]
    stream_id: Annotated[Id | None, Meaning("What it is about.", NULL)]
    error_type: Annotated[str, Meaning("What kind of fault it was.", "CheckViolation")]
    error: Annotated[
        str,
        Meaning(
            "The fault, without what the event says of anybody.",
            "CheckViolation: 23514 (event orders.Order.Sold at position 4711)",
        ),
    ]
    parked_at: Annotated[Moment, Meaning("Since when it waits.")]
    attempts: Annotated[Count, Meaning("How often it was tried there.", 1)]
