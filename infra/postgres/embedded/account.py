"""As whom the database server runs: PostgreSQL refuses root, so root lends it a lesser user."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from infra.postgres.embedded.errors import FolderClosed, NoServerUser

CANDIDATES = ("postgres", "nobody")


class Identity(TypedDict, total=False):
    """The arguments of subprocess that change the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user to run as; `identity` is empty when this process runs as that user already."""

    name: str
    uid: int
    gid: int
    identity: Identity

    def own(self, path: Path) -> None:
        """Give the path to this user."""
        if self.identity:
            os.chown(path, self.uid, self.gid)

    def admit(self, folder: Path) -> None:
        """Let this user's group pass through our own data folder, and nobody else; the owner stays."""
        if self.identity:
            os.chown(folder, -1, self.gid)
            folder.chmod(0o710)

    def check_reaches(self, folder: Path) -> None:
        """Raise FolderClosed naming the first folder on the way that this user may not enter."""
        closed = self.first_closed([*reversed(folder.parents), folder])
        if closed:
            raise FolderClosed(user=self.name, folder=closed)

    def first_closed(self, folders: Sequence[Path]) -> str | None:
        """Return the first folder that this user may not enter, asking as this user (ACLs count too)."""
        if not self.identity:
            return None
        script = 'for f; do test -x "$f" || { printf %s "$f"; exit; }; done'
        command = ["/bin/sh", "-c", script, "sh", *map(str, folders)]
        search = subprocess.run(  # noqa: S603 - the arguments are our own
            command, check=True, capture_output=True, text=True, cwd="/", **self.identity
        )
        return search.stdout or None


def server_account(data: Path) -> Account:
    """Return whom the server runs as: us, or for root the owner of the data, `postgres` or `nobody`."""
    uid = os.geteuid()
    if uid != 0:
        return Account(str(uid), uid, os.getegid(), Identity())
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return _lent(str(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _lent(name, entry.pw_uid, entry.pw_gid)
    raise NoServerUser


def _lent(name: str, uid: int, gid: int) -> Account:
    return Account(name, uid, gid, Identity(user=uid, group=gid, extra_groups=[]))
