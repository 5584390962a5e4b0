"""The HTTP server: gunicorn with our worker and our application in every process."""

import shutil
import signal
import sys
import tempfile
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gunicorn.app.base import BaseApplication

from api.addresses import is_trusted, sender_from
from api.errors import unread
from api.services import Authentication
from commands.signing_in import neighbourhood_of
from domain.errors import Refusal
from infra.process.cores import core_of_its_own, keep_to
from infra.process.garbage import importing_for_good
from infra.process.kind import Process
from infra.process.logs import Outlet
from infra.process.memory import share_arenas
from infra.process.shared_metrics import forget_process, share_metrics
from infra.runtime.settings import Settings
from infra.web.bounds import Bounds
from infra.web.hooks import Hooks
from infra.web.master import Master
from infra.web.server_log import ServerLog

if TYPE_CHECKING:
    from infra.postgres.log_shelf import LogShelf

#: How long gunicorn waits for its processes to end; they themselves take less.
STOP_SECONDS = 10
#: How long a process may show no sign of life; it gives one every second.
STUCK_SECONDS = 10


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code."""

    def __init__(
        self, options: dict[str, Any], database: str, settings: Settings, outlet: Outlet | None
    ) -> None:
        self._options = options
        self._outlet = outlet
        #: Keeps the lines of this process's log, once there is a process.
        self.shelf: LogShelf | None = None
        self._database = database
        self._settings = settings
        self.bounds = Bounds(
            head_seconds=settings.head_seconds,
            body_seconds=settings.body_seconds,
            connections=settings.max_connections,
        )
        self.hooks = Hooks(refusal=partial(unread, settings.public_url))
        super().__init__()

    def run(self) -> None:
        """Be the master, until told to end."""
        Master(self).run()

    def load_config(self) -> None:
        """Take our options instead of reading files and arguments."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one process: connections are opened after the fork, never shared across it."""
        from api.app import create_app  # noqa: PLC0415
        from infra.postgres.log_shelf import LogShelf  # noqa: PLC0415
        from infra.runtime.services import build_services, open_pool  # noqa: PLC0415

        if self._outlet is not None:
            self.shelf = LogShelf(self._database, self._outlet)
            self.shelf.start()
        # One more for messages that are sent after their answer, and one for who watches.
        services = build_services(
            open_pool(self._database, self._settings.threads + 2, self._settings.request_seconds),
            self._settings,
        )
        proxies = self._settings.trusted_proxies
        self.hooks = Hooks(
            refusal=partial(unread, self._settings.public_url),
            company_of=partial(company_of, services.authentication),
            sender_of=lambda connected, headers: neighbourhood_of(sender_from(connected, headers, proxies)),
            is_proxy=lambda connected: is_trusted(connected, proxies),
        )
        application = create_app(services)
        if not self._settings.otel_exporter_otlp_endpoint:
            return application
        from infra.runtime.opentelemetry import trace  # noqa: PLC0415 an extra

        return trace().requests(application)


def company_of(authentication: Authentication, authorization: str) -> UUID | None:
    """The company of whoever sends this Authorization; None for whoever has no good token."""
    try:
        return authentication.caller_of(authorization.partition(" ")[2].strip()).company_id
    except Refusal:
        return None


def serve(settings: Settings, database: str, outlet: Outlet | None = None) -> None:
    """Answer requests until told to stop; `database` is where the application connects.

    What goes through the `outlet` is kept in the database, too.
    """
    # Whoever ends us before gunicorn listens is heard when it does, which leaves no folder behind. An exit
    # raised by a handler would not do: Python drops what is raised in a callback, and each import has one.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    counters = tempfile.mkdtemp(prefix="mipos-metrics-")
    try:
        _serve(settings, database, counters, outlet)
    finally:
        shutil.rmtree(counters, ignore_errors=True)


def _serve(settings: Settings, database: str, counters: str, outlet: Outlet | None) -> None:
    Process.kind = "web"
    share_metrics(counters)
    share_arenas()
    _import_application()
    options = {
        "bind": settings.bind_address,
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "infra.web.worker.Worker",
        # A process that shows no sign of life for so long is replaced, and so gives up what it holds.
        "timeout": STUCK_SECONDS,
        "graceful_timeout": STOP_SECONDS,
        "loglevel": "warning",
        "logger_class": ServerLog,
        "errorlog": None,
        "proc_name": "mipos",
        "when_ready": _listen_to_its_end,
        "pre_fork": _choose_core,
        "post_fork": _keep_to_core,
        "child_exit": lambda _server, worker: forget_process(worker.pid),
        "worker_exit": _keep_last_lines,
        # gunicorn would make a socket in the home folder, at which anybody who finds it may command it.
        "control_socket_disable": True,
    }
    Server(options, database, settings, outlet).run()


def _import_application() -> None:
    """Once, before the fork: processes share its memory, and one that takes another's place soon answers."""
    with importing_for_good():
        import_module("api.app")
        import_module("infra.runtime.services")
        import_module("api.reports.sections").operations()


def _listen_to_its_end(_server: Any) -> None:
    if signal.SIGTERM in signal.sigpending():
        sys.exit(0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _choose_core(server: Any, worker: Any) -> None:
    worker.core = core_of_its_own(server.num_workers, [other.core for other in server.WORKERS.values()])


def _keep_to_core(_server: Any, worker: Any) -> None:
    if worker.core is not None:
        keep_to(worker.core)


def _keep_last_lines(_server: Any, worker: Any) -> None:
    if (shelf := worker.app.shelf) is not None:
        shelf.stop()
