"""Who caused an event, and when, as the log keeps it."""

from datetime import datetime
from uuid import UUID

import msgspec


class Metadata(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who caused an event, in answer to what. `at` is when it was decided; the log adds its own time.

    From which network address is for sessions and the log of requests, which expire. Events of earlier
    versions name it still: their bytes stay, and nobody reads it.

    `content` is a fingerprint of the request, where that made something: by it a repetition is known.
    `approved_by` is whoever let the actor do it, with an approval that the request brought.
    """

    at: datetime
    actor: UUID | None = None
    request: str | None = None
    causation: str | None = None
    correlation: str | None = None
    terminal: str | None = None
    content: str | None = None
    approved_by: UUID | None = None


def encode_metadata(metadata: Metadata) -> str:
    """The JSON of an event's metadata."""
    return _encoder.encode(metadata).decode()


def decode_metadata(text: str | bytes) -> Metadata:
    """The metadata of an event from its JSON."""
    return _metadata_decoder.decode(text)


_encoder = msgspec.json.Encoder()
_metadata_decoder = msgspec.json.Decoder(Metadata)
