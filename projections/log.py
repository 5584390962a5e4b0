"""What is selected of an event by whoever decodes it, from the log named `e`; of one company, by name."""

from typing import LiteralString

#: How the state begins of an event that is about a person: with who that is. What it tells of them is sealed
#: with their key (see infra/eventstore/sealing.py). Where it tells nothing it begins so all the same: by that
#: whoever loads a stream has the key for what is to be told next.
NAMES_SUBJECT: LiteralString = '{"subject_id":"'

#: All that decoding takes. Who wants no private fields of an event needs no key, and names its own columns.
EVENT: LiteralString = f"""
    e.company_id, e.stream_id, e.stream_version, e.type, e.state, e.metadata,
    (SELECT sealing.wrapped FROM subject_keys AS sealing
      WHERE sealing.company_id = %(company_id)s
        AND sealing.subject_id
            = CASE WHEN starts_with(e.state, '{NAMES_SUBJECT}')
                   THEN substr(e.state, {len(NAMES_SUBJECT) + 1}, 36)::uuid END) AS subject_key
"""
