"""How long clients may take, and how many there may be. Times are in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The bounds of one process."""

    #: From a head's first byte to its last.
    head_seconds: float = 10.0
    #: From one piece of a body to the next.
    body_seconds: float = 10.0
    #: Bytes a second that a body comes in at the least, after a start of twice `body_seconds`.
    least_rate: int = 1_024
    #: Bytes of all large bodies that are in hand at a time; whoever brings one more is to come again.
    bodies: int = 2**30
    #: Bytes of all answers that wait in memory for their clients to take them; more wait on the disk.
    answers: int = 2**25
    #: From one request to the next over the same connection.
    idle_seconds: float = 75.0
    #: For a client to take some more of its answer; after twice as long it must have taken `least_rate`.
    answer_seconds: float = 30.0
    #: For a client that is answered early to end what it sends: in all, in silence, and in bytes.
    linger_seconds: float = 60.0
    linger_silence: float = 5.0
    linger_bytes: int = 134_217_728
    #: For a request to wait for its thread.
    queue_seconds: float = 20.0
    #: For requests to be answered when the process is to end.
    stop_seconds: float = 5.0
    #: For another process to take a new connection, for each that this one has. Without it one of two
    #: got seven or all of eight that came at once, four times of five; what comes alone waits for nobody.
    leave_seconds: float = 0.0001
    #: Connections at a time; for one more, the one that has been idle longest is closed.
    connections: int = 4_096
