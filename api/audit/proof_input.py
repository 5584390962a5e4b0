"""What is asked of proofs."""

import re
from typing import Any

from marshmallow import ValidationError, validates, validates_schema

from api.fields import Body, Choice, Text, Whole

_WITHHELD = re.compile(r"(state|metadata)(,(state|metadata))?")


class ProofQuery(Body):
    """By which seal, in which form, and without what."""

    size = Whole(
        least=1, most=2**62, meaning="By the seal of so many events; without it, the latest.", example=7
    )
    format = Choice("json", "tlog-proof", load_default="json", meaning="As JSON, or as one text.")
    withhold = Text(
        shortest=1,
        longest=20,
        meaning="What a digest stands for: `metadata`, `state`, or both with a comma.",
        example="metadata",
    )

    @validates("withhold")
    def check_withheld(self, withheld: str, **_: Any) -> None:
        """Raise ValidationError for what cannot be withheld."""
        if not _WITHHELD.fullmatch(withheld):
            raise ValidationError("`metadata`, `state`, or both with a comma.")


class ConsistencyQuery(Body):
    """From which seal to which."""

    from_size = Whole(
        least=1, most=2**62, required=True, meaning="How many events the earlier one has.", example=3
    )
    to_size = Whole(
        least=1, most=2**62, required=True, meaning="How many events the later one has.", example=7
    )

    @validates_schema
    def check_order(self, query: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError for a log that should have shrunk."""
        if query["from_size"] > query["to_size"]:
            raise ValidationError({"to_size": ["Not less than `from_size`."]})
