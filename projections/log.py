"""What is selected of an event by whoever decodes it, from the log named `e`."""

from typing import LiteralString

#: How the state begins of an event that tells about a person: with whom it tells about. What it tells is
#: sealed with that person's key (see infra/eventstore/sealing.py).
SEALED: LiteralString = '{"subject_id":"'

#: All that decoding takes. Who wants no private fields of an event needs no key, and names its own columns.
EVENT: LiteralString = f"""
    e.company_id, e.stream_id, e.stream_version, e.type, e.state, e.metadata,
    (SELECT sealing.wrapped FROM subject_keys AS sealing
      WHERE sealing.company_id = e.company_id
        AND sealing.subject_id = CASE WHEN starts_with(e.state, '{SEALED}')
                                      THEN substr(e.state, {len(SEALED) + 1}, 36)::uuid END) AS subject_key
"""
