"""Finds in a stream what a request to make something has made before."""

from collections.abc import Sequence
from uuid import UUID

from commands.creations import Content
from commands.ports import DuplicateId
from infra.eventstore.codec import decode_metadata
from projections.base import Row


def rows_at_creation(rows: Sequence[Row], own_id: UUID, by: str, content: Content | None) -> Sequence[Row]:
    """The events of a stream up to those that this request recorded; none if nothing has the id.

    `by` names the event that makes what has the id, which is the stream's or that of something within it.
    Raises DuplicateId if the id was given to what was made from other content.
    """
    text = str(own_id)
    named = [row for row in rows if row["stream_id"] == own_id or text in row["state"]]
    if not named:
        return ()
    last = _last_of(named, content)
    if last is None:
        # What a request made before there were fingerprints is known by its kind alone.
        first = decode_metadata(named[0]["metadata"])
        has_no_fingerprint = first.content is None and first.request is not None
        if named[0]["type"] != by or (content is not None and not has_no_fingerprint):
            raise DuplicateId
        last = [row for row in named if row["metadata"] == named[0]["metadata"]][-1]
    return [row for row in rows if row["stream_version"] <= last["stream_version"]]


def _last_of(named: Sequence[Row], content: Content | None) -> Row | None:
    """The last of the events that were recorded for this content; those of one decision share it."""
    if content is None:
        return None
    matches = (row for row in reversed(named) if content.is_of(decode_metadata(row["metadata"]).content))
    return next(matches, None)
