"""What is answered of how the installation is."""

from typing import Annotated, Literal

from api.answers import Answer, Meaning


class FindingAnswer(Answer):
    """What a check found."""

    check: Annotated[str, Meaning("Which check it is.", "backup")]
    status: Annotated[
        Literal["ok", "warn", "fail"],
        Meaning("Whether all is well, somebody should do something, or it does not work."),
    ]
    says: Annotated[str, Meaning("How it is, in a sentence.", "No backup was ever taken.")]
    mend: Annotated[str, Meaning("What to do; empty where nothing is.", "Take one: `mipos backup DIR`.")]
