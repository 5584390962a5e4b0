"""The one statement by which events enter a company's log."""

from typing import LiteralString

# NOTE: The lists travel in binary (%b). As text, the quotes of JSON are escaped once more inside an array
# literal, which costs seven times as much as the whole append.
APPEND_EVENTS: LiteralString = """
    SELECT append_events(%(company_id)s::uuid, %(stream_ids)b::uuid[], %(stream_versions)b::bigint[],
                         %(types)b::text[], %(states)b::text[], %(metadata)b::text[]) AS position
"""

#: Appends nothing, and so keeps every other writer out of a company's log until the end of the transaction.
HOLD_LOG: LiteralString = """
    SELECT append_events(%(company_id)s::uuid, '{}', '{}', '{}', '{}', '{}') AS position
"""
