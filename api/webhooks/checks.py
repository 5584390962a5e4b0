"""What of a webhook can be looked at before anything is decided: where it goes, and of which events."""

from collections.abc import Mapping
from typing import Any

from api.services import Services
from domain.event_patterns import EventPatterns
from domain.webhooks import SEALED


def check_subscription(services: Services, fields: Mapping[str, Any]) -> None:
    """Look at those that are given. Raises UrlNotAllowed, UnknownEventType, TooManyPatterns."""
    if "url" in fields:
        services.targets.check_url(fields["url"])
    if "types" in fields:
        EventPatterns.of(fields["types"]).check({*services.events.names, SEALED})
