"""An installation: the part of a database that is ours, and as whom we connect to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class DatabaseUnfit(Exception):
    """The database cannot be used as it is; the docstring is the sentence that says why and what to do."""

    def __init__(self, **facts: object) -> None:
        super().__init__((type(self).__doc__ or "").format(**facts))


@dataclass(frozen=True)
class Installation:
    """One MIPOS. Another one, in another schema, database or cluster, shares nothing with it."""

    schema: str
    #: The roles of the web server and of the workers.
    app: str
    worker: str
    #: What the roles log in with, where it follows from the secret key; a role with another one keeps it.
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def next_schema(self) -> str:
        """Where read models are built before they are put in place; normally empty."""
        return f"{self.schema}_next"

    @property
    def schemas(self) -> tuple[str, str]:
        """Both schemas."""
        return self.schema, self.next_schema

    @property
    def roles(self) -> tuple[str, str]:
        """Both roles."""
        return self.app, self.worker
