"""Sentences about closings."""

from api.audit.stories.areas.common import Sentences, texts

CLOSINGS: Sentences = {
    "fiscal.Closing.Made": texts(
        "Closing {number} of {store_id} was made, from {first_day:day} to {last_day:day}.",
        "Abschluss {number} von {store_id} wurde erstellt, vom {first_day:day} bis {last_day:day}.",
    ),
}
