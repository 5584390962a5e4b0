"""The log as an auditor reads it: each fact with its author and its times, so much of it at a look."""

from projections.audit.events import ask_events, event_of
from projections.audit.looks import FOLDED, LONGEST, SCANNED_IN_STORES, Look, bearable, choose_events
from projections.audit.positions import ask_position_before
from projections.audit.versions import ask_version, difference
from projections.audit.within_stores import WITHIN_STORES

__all__ = [
    "FOLDED",
    "LONGEST",
    "SCANNED_IN_STORES",
    "WITHIN_STORES",
    "Look",
    "ask_events",
    "ask_position_before",
    "ask_version",
    "bearable",
    "choose_events",
    "difference",
    "event_of",
]
