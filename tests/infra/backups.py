"""What tests of backups share: `mipos` as an operator runs it, and looking into files."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner, Result

from infra.cli.main import cli
from tests.conftest import KEYS, Database


def mipos(*arguments: str | Path, **settings: str) -> Result:
    """Run a command in this process, with these settings and no others."""
    others = dict.fromkeys(name for name in os.environ if name.startswith(("MIPOS_", "DATABASE_")))
    environment = {**others, **settings}
    return CliRunner().invoke(cli, [str(one) for one in arguments], env=environment, catch_exceptions=False)


def settings_of(database: Database, data_dir: Path) -> dict[str, str]:
    """The settings with which an operator reaches a database of their own."""
    return {
        **KEYS,
        "MIPOS_DATA_DIR": str(data_dir),
        "MIPOS_APP_DATABASE_URL": database.app,
        "MIPOS_WORKER_DATABASE_URL": database.worker,
    }


def contents_of(folder: Path) -> Iterator[bytes]:
    """What every file in a folder holds, unpacked where it is packed."""
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            yield gzip.decompress(content) if file.suffix == ".gz" else content
