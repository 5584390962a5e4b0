"""Between facts in memory and the bytes of the log: stable type names, JSON states, old versions lifted."""

from infra.eventstore.codec.event_type import Decode, EventType
from infra.eventstore.codec.event_types import EventTypes, Readings, SubjectKeys
from infra.eventstore.codec.metadata import Metadata, decode_metadata, encode_metadata

__all__ = [
    "Decode",
    "EventType",
    "EventTypes",
    "Metadata",
    "Readings",
    "SubjectKeys",
    "decode_metadata",
    "encode_metadata",
]
