"""Root's database server is a lesser user: where that one may not go, the data lie elsewhere."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.postgres.embedded import EmbeddedServer
from infra.postgres.embedded.errors import FolderClosed
from infra.postgres.embedded.place import find_obstacle, other_place, settle

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server a lesser user")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that anybody may enter, with one in it that only root may."""
    folder = Path(tempfile.mkdtemp(prefix="mipos-place-"))
    folder.chmod(0o755)
    (folder / "closed").mkdir(mode=0o700)
    (folder / "lib").mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def test_an_open_folder_stays_where_it_is(home: Path) -> None:
    assert settle(home / "data", home / "lib") is None
    assert list((home / "lib").iterdir()) == []


def test_a_closed_one_moves_and_leaves_a_link(home: Path) -> None:
    data = home / "closed" / ".data"
    said = settle(data, home / "lib")
    place = other_place(data, home / "lib")
    assert said is not None
    assert f"may not enter {home / 'closed'}" in said
    assert str(place) in said
    assert data.resolve() == place
    assert settle(data, home / "lib") is None
    with EmbeddedServer(data) as server:
        assert server.is_running
        assert server.data_dir == place
    assert (place / "data" / "PG_VERSION").exists()


def test_what_lay_there_goes_along(home: Path) -> None:
    data = home / "closed" / ".data"
    data.mkdir(mode=0o700)
    (data / "data_key").write_text("kept\n")
    settle(data, home / "lib")
    assert (data / "data_key").read_text() == "kept\n"
    assert find_obstacle(data) is None


def test_a_project_that_is_back_finds_its_data(home: Path) -> None:
    data = home / "closed" / ".data"
    settle(data, home / "lib")
    (data / "data_key").write_text("kept\n")
    data.unlink()
    assert settle(data, home / "lib") is not None
    assert (data / "data_key").read_text() == "kept\n"


@pytest.mark.parametrize("case", ["a database lies there", "both are there", "elsewhere is closed, too"])
def test_nothing_moves_where_that_is_not_plain(home: Path, case: str) -> None:
    data, lib = home / "closed" / ".data", home / "lib"
    if case == "a database lies there":
        (data / "data").mkdir(parents=True)
    elif case == "both are there":
        data.mkdir()
        other_place(data, lib).mkdir()
    else:
        lib.chmod(0o700)
    with pytest.raises(FolderClosed, match="set another MIPOS_DATA_DIR"):
        settle(data, lib)
    assert not data.is_symlink()


def test_projects_of_two_folders_have_two_places(home: Path) -> None:
    assert other_place(home / "a" / ".data") != other_place(home / "b" / ".data")
