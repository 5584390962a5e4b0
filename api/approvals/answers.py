"""What is answered to a till where something was approved."""

from typing import Annotated

from api.answers import Answer, Meaning


class ApprovalAnswer(Answer):
    """What was approved, to be sent once."""

    approval: Annotated[
        str, Meaning("Send it as `X-Approval` with the one request that is approved.", "dGhpcyBpcyBub3Qg…")
    ]
    expires_in: Annotated[int, Meaning("Seconds until it is good for nothing.", 120)]
