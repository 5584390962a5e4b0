"""Where the data may lie: PostgreSQL refuses root, so root's server is a lesser user, who has to get there.

`./mipos` asks this before it installs anything, with whatever Python it finds: the standard library alone.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.postgres.embedded.account import server_account
from infra.postgres.embedded.errors import EmbeddedServerError, FolderClosed

#: Where a system keeps what programs keep.
ELSEWHERE = Path("/var/lib")
_PROJECT = Path(__file__).resolve().parents[3]


def other_place(data_dir: Path, elsewhere: Path = ELSEWHERE) -> Path:
    """Where the data go instead; each folder of a project has its own."""
    return elsewhere / f"mipos-{hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:8]}"


def find_obstacle(data_dir: Path) -> FolderClosed | None:
    """Say which folder on the way the server's user may not enter. Raises NoServerUser."""
    data_dir = data_dir.resolve()
    account = server_account(data_dir / "data")
    way = [folder for folder in reversed(data_dir.parents) if folder.exists()]
    closed = account.first_closed(way)
    return FolderClosed(user=account.name, folder=closed) if closed else None


def settle(data_dir: Path, elsewhere: Path = ELSEWHERE) -> str | None:
    """Have our own data folder lie where the server's user can get, and say so where it did not.

    What lay there is moved, and a link is left behind. Raises FolderClosed where that cannot be, and
    NoServerUser.
    """
    obstacle = find_obstacle(data_dir)
    if obstacle is None:
        return None
    place = other_place(data_dir, elsewhere)
    if not can_move(data_dir, place):
        raise obstacle
    if data_dir.exists():
        shutil.move(data_dir, place)
    place.mkdir(mode=0o700, exist_ok=True)
    if not data_dir.is_symlink():
        data_dir.symlink_to(place)
    sentence = str(obstacle).partition(":")[0]
    return f"{sentence}, so the data are in {place}; {data_dir} leads there."


def can_move(data_dir: Path, place: Path) -> bool:
    """Whether there is room elsewhere, and nothing that a move would mix up or take from under a database."""
    if (data_dir / "data").exists() or find_obstacle(place):
        return False
    if place.exists():
        return not data_dir.exists()
    return os.access(place.parent, os.W_OK)


def check(environ: Mapping[str, str]) -> None:
    """Raise what would keep an embedded server from starting with these settings."""
    if any(
        environ.get(name) for name in ("DATABASE_URL", "MIPOS_APP_DATABASE_URL", "MIPOS_WORKER_DATABASE_URL")
    ):
        return
    named = environ.get("MIPOS_DATA_DIR", "").strip()
    data_dir = Path(named).expanduser().absolute() if named else _PROJECT / ".data"
    obstacle = find_obstacle(data_dir)
    if obstacle and (named or not can_move(data_dir, other_place(data_dir))):
        raise obstacle


if __name__ == "__main__":
    try:
        check(os.environ)
    except EmbeddedServerError as wrong:
        sys.exit(f"mipos: {wrong}")
