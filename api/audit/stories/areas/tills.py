"""Sentences about what tills did offline and could not be recorded at once."""

from api.audit.stories.areas.common import Sentences, texts

_OPERATION = "tills.TillOperation"

TILL_OPERATIONS: Sentences = {
    f"{_OPERATION}.Rejected": texts(
        "Not recorded: {type:word operation}[ {number}] of [{cashier_id}|a till] at {register_id}. {message}",
        "Nicht erfasst: {type:word operation}[ {number}] von [{cashier_id}|einer Kasse] an "
        "{register_id}. {message}",
    ),
    f"{_OPERATION}.RejectedAgain": texts(
        "What the till did still could not be recorded: {message}",
        "Was die Kasse getan hat, konnte weiterhin nicht erfasst werden: {message}",
    ),
    f"{_OPERATION}.Resolved": texts(
        "{who} had it recorded after all: {made_type:word made}[ {made_number}][ ({reason})].",
        "{who} hat es doch noch erfasst: {made_type:word made}[ {made_number}][ ({reason})].",
    ),
    f"{_OPERATION}.Discarded": texts(
        "{who} decided that it is not to be recorded[ ({reason})].",
        "{who} hat entschieden, dass es nicht erfasst wird[ ({reason})].",
    ),
}
