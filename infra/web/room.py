"""How much of something all connections of a process may have together."""

from threading import Lock


class Room:
    """So many bytes, of which connections take some and give them back."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._lock = Lock()

    def take(self, size: int) -> bool:
        """Take so many bytes; False, with nothing taken, when fewer are left."""
        with self._lock:
            if size > self._free:
                return False
            self._free -= size
            return True

    def give_back(self, size: int) -> None:
        """Give back what was taken."""
        with self._lock:
            self._free += size
