"""What gunicorn says of itself, as lines of our own log."""

from typing import Any

from gunicorn.glogging import Logger


class ServerLog(Logger):  # type: ignore[misc]
    """Hands over what it is told; gunicorn would write sentences of its own to standard error."""

    def setup(self, cfg: Any) -> None:
        """Leave it to whoever hears all libraries."""
        super().setup(cfg)
        self.error_log.propagate = True
