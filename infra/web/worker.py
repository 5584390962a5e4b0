"""gunicorn's worker: the process around the loop, from its start to its end."""

import os
import resource
import select
import threading
import time
from dataclasses import replace

from gunicorn.workers import base

from infra.web.lanes import PROBES
from infra.web.loop import Loop
from infra.web.master import hear_of_the_end

#: Without a look at the sockets for so long, in seconds, the process is not alive, and gunicorn replaces it.
STUCK = 5.0
#: Files that a process needs beside those of its connections.
_OTHER_FILES = 128


class Worker(base.Worker):  # type: ignore[misc]
    """A web process. The application says through `bounds` and `hooks` how it is to be served."""

    def init_signals(self) -> None:
        """Take signals for this process's own, those that came since it began too."""
        super().init_signals()
        hear_of_the_end()

    def run(self) -> None:
        """Serve until told to stop, or until gunicorn's master has gone."""
        loop = self._make_loop()
        # One more than requests may run at a time, since one polls.
        for number in range(self.cfg.threads + len(PROBES) + 1):
            threading.Thread(target=loop.work, name=f"requests-{number + 1}", daemon=True).start()
        while self.alive and self.ppid == os.getppid():
            if time.monotonic() - loop.turned_at < STUCK:
                self.notify()
            # A signal writes into the pipe.
            if select.select([self.PIPE[0]], [], [], 1.0)[0]:
                os.read(self.PIPE[0], 4096)
        self._stop(loop)

    def _make_loop(self) -> Loop:
        bounds = self.app.bounds
        files = _raise_limit_of_files(bounds.connections + _OTHER_FILES)
        connections = max(1, min(bounds.connections, files - _OTHER_FILES))
        leave_seconds = bounds.leave_seconds if self.cfg.workers > 1 else 0.0
        own = replace(bounds, connections=connections, leave_seconds=leave_seconds)
        sockets = [listener.sock for listener in self.sockets]
        return Loop(self.wsgi, sockets, self.cfg.threads, own, self.app.hooks)

    def _stop(self, loop: Loop) -> None:
        loop.stop()
        deadline = time.monotonic() + loop.bounds.stop_seconds
        while not loop.is_done and time.monotonic() < deadline:
            self.notify()
            time.sleep(0.05)


def _raise_limit_of_files(needed: int) -> int:
    """Have so many files allowed if the system lets us; how many are allowed then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
