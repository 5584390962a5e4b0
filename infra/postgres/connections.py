"""How every part of ours connects to PostgreSQL: with a bound on each wait; and what a lost connection is."""

from dataclasses import dataclass
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

#: How long all transactions of a request may take together, in seconds, and of one that reads or writes much:
#: an import, an export, a report.
SECONDS, LENGTHY_SECONDS = 10, 120
#: How long it may take to connect, in whole seconds; the driver takes no less than two.
CONNECT = 2
#: How long the network may swallow what was sent before the connection counts as lost, in seconds.
UNHEARD = 3


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How many seconds a connection grants."""

    #: To one statement.
    statement: float
    #: To waiting for one lock.
    lock: float
    #: To a pause of ours between two statements of a transaction.
    pause: float

    @classmethod
    def within(cls, seconds: float) -> Self:
        """Those of a transaction that is to be over after so many seconds.

        What a frozen process holds is free before others give up waiting for it, a lock that is not had in
        time is told as such before the statement itself is cut off, and a server that says nothing is given
        up while there is still time to ask another.
        """
        return cls(statement=seconds * 0.5, lock=seconds * 0.4, pause=seconds * 0.3)

    @property
    def silence(self) -> float:
        """After how long without a word the server counts as lost, although nothing says so."""
        return self.statement + 1

    @property
    def settings(self) -> dict[str, int]:
        """The same as the server takes it, in milliseconds."""
        return {
            "statement_timeout": int(self.statement * 1000),
            "lock_timeout": int(self.lock * 1000),
            "idle_in_transaction_session_timeout": int(self.pause * 1000),
        }


#: For requests, whose clients wait, and what takes no longer.
REQUESTS = Bounds.within(SECONDS)
#: For read models and jobs: what a frozen worker holds is free again before anybody asks why.
WORKERS = Bounds(statement=60, lock=5, pause=5)
#: For rebuilds and checks, whose batches may be slow and whose last comparison is long.
STAGING = Bounds(statement=900, lock=60, pause=10)
#: For what nobody waits for: sheets in the background, a company's history.
BULK = Bounds(statement=900, lock=60, pause=120)


class Lost(psycopg.OperationalError):
    """The connection to the server process `backend` broke off.

    `is_silent` when nothing said so: the server, or the way to it, hangs.
    """

    def __init__(self, message: str, *, backend: int, is_silent: bool) -> None:
        super().__init__(message)
        self.backend = backend
        self.is_silent = is_silent


class ConnectionLost(Lost):
    """The connection broke off before COMMIT was sent: nothing has happened."""


class CommitUnknown(Lost):
    """The connection broke off after COMMIT was sent: whether it took place is not known."""


class CannotConnect(psycopg.OperationalError):
    """No connection can be had: the server is away, starting, stopping or full."""


class PoolExhausted(psycopg.OperationalError):
    """Every connection is in use, and none became free in time."""


def bounded(conninfo: str, bounds: Bounds) -> str:
    """The same address for connections with these bounds; what it says itself of the same holds.

    Where the socket is a file the network's bounds mean nothing; `Bounds.silence` holds everywhere.
    """
    parameters = {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    network = {
        "connect_timeout": str(CONNECT),
        "keepalives_idle": str(UNHEARD),
        "keepalives_interval": "1",
        "keepalives_count": str(UNHEARD),
        "tcp_user_timeout": str(UNHEARD * 1000),
    }
    # A client that is gone waits for nothing any more.
    settings = {**bounds.settings, "client_connection_check_interval": 1000}
    options = [f"-c {name}={milliseconds}" for name, milliseconds in settings.items()]
    # The server takes the last word, so that the address can overrule.
    options += [parameters["options"]] if "options" in parameters else []
    return make_conninfo(**{**network, **parameters, "options": " ".join(options)})
