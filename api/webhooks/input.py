"""What is asked of clients about webhooks."""

from typing import Any

from api.answers import meanings_of
from api.fields import Body, Choice, Flag, Id, Many, OwnId, Text
from api.queries import PageQuery
from api.webhooks.answers import WebhookAnswer
from domain.event_patterns import MOST_PATTERNS
from domain.webhooks import SIGNATURES
from domain.webhooks.targets import LONGEST_URL

_WEBHOOK = meanings_of(WebhookAnswer)
_MOST_STORES = 100


class Distinct(Many):
    """Members that are each there once, in order."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))


class WebhookEdit(Body):
    """What can be changed of a webhook."""

    url = Text(shortest=1, longest=LONGEST_URL, required=True, **_WEBHOOK["url"])
    types = Distinct(
        Text(shortest=1, longest=100), shortest=1, longest=MOST_PATTERNS, required=True, **_WEBHOOK["types"]
    )
    store_ids = Distinct(Id(), longest=_MOST_STORES, load_default=(), **_WEBHOOK["store_ids"])
    description = Text(longest=500, load_default="", **_WEBHOOK["description"])
    ordered = Flag(load_default=False, **_WEBHOOK["ordered"])


class WebhookBody(WebhookEdit):
    """A webhook."""

    id = OwnId(**_WEBHOOK["id"])
    signature = Choice(*SIGNATURES, load_default="hmac", **_WEBHOOK["signature"])


class WebhooksQuery(PageQuery):
    """Filters of the webhooks; archived ones are listed on request only."""

    status = Choice("active", "failing", "disabled", "archived", **_WEBHOOK["status"])
