"""What kind of process this is: metrics that several kinds count tell them apart."""

from typing import ClassVar, Literal


class Process:
    """This process."""

    #: A web server, a worker, or a command of an operator; set once, as it starts.
    kind: ClassVar[Literal["web", "worker", "command"]] = "command"
