"""The HTTP server: gunicorn with our application in every process."""

import os
import shutil
import tempfile
from typing import Any

from gunicorn import util
from gunicorn.app.base import BaseApplication

from infra.runtime.unread import refuse_unread
from infra.settings import Settings


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code."""

    def __init__(self, options: dict[str, Any], database: str, settings: Settings) -> None:
        self._options = options
        self._database = database
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Take our options instead of reading files and arguments."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application of one process: connections are opened after the fork, never shared across it."""
        # NOTE: prometheus_client decides at import whether it counts for one process or for several.
        from api.app import create_app  # noqa: PLC0415
        from infra.runtime.house import build_house, open_pool  # noqa: PLC0415

        # One more for messages that are sent after their answer, and one for who watches.
        pool = open_pool(self._database, self._settings.threads + 2)
        return create_app(build_house(pool, self._settings))


def serve(settings: Settings, database: str) -> None:
    """Answer requests until told to stop; `database` is where the application connects."""
    counters = tempfile.mkdtemp(prefix="mipos-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = counters
    options = {
        "bind": settings.place,
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "limit_request_line": 8190,
        "keepalive": 75,
        "graceful_timeout": 20,
        "loglevel": "warning",
        "proc_name": "mipos",
        "child_exit": _forget_process,
    }
    # The workers are forked from here and answer by it.
    util.write_error = refuse_unread
    try:
        Server(options, database, settings).run()
    finally:
        shutil.rmtree(counters, ignore_errors=True)


def _forget_process(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
