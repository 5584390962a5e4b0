"""Secrets that are made once and kept as files of the data folder."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from infra.runtime.settings.errors import SettingsError


def secret_file(data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """Return the secret kept in `data_dir/name`, made first when there is none.

    Only its owner may read the file. Of several processes that make it at once one wins, and all
    return what the winner wrote. Raise SettingsError when the file can be neither read nor written.
    """
    path = data_dir / name
    try:
        if not path.exists():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(path, make())
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError([f"The secret in {path} cannot be used: {error.strerror}."]) from error


def _write_once(path: Path, text: str) -> None:
    """Write the whole file or nothing; a file that appeared meanwhile stays. mkstemp makes it 0600."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, refuses to replace what another process wrote first.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink(missing_ok=True)
