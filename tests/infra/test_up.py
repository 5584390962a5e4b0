"""What `mipos up` says: to a person, the password of the demo; to a log, where it is kept."""

from pathlib import Path

import pytest

from infra.cli.admins import appoint_for_platform
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.installation import Installation
from infra.process.own_addresses import to_open
from infra.runtime.databases import Addresses
from infra.runtime.services import open_pool
from infra.runtime.settings import Settings, load_settings
from infra.runtime.up import children_of, how_to_try, prepare
from tests.conftest import KEYS, fresh_database

SECRET = "a-password-of-the-demo"
ADDRESSES = Addresses(
    None, "postgresql://app@db", "postgresql://worker@db", Installation("mipos", "app", "worker")
)


def handed(settings: Settings) -> list[str | None]:
    """The key that each part is handed."""
    return [(child.env or {}).get("MIPOS_SEAL_KEY") for child in children_of(settings, ADDRESSES, {})]


class TestTheDemo:
    def test_password_is_shown_on_a_terminal(self) -> None:
        sentence = how_to_try(load_settings({}), SECRET, on_terminal=True)
        assert f"with the password {SECRET}" in sentence
        assert f'"password":"{SECRET}"' in sentence

    def test_password_stays_out_of_logs_which_say_where_it_is(self, tmp_path: Path) -> None:
        folder = tmp_path / "my data"
        sentence = how_to_try(load_settings({"MIPOS_DATA_DIR": str(folder)}), SECRET, on_terminal=False)
        assert SECRET not in sentence
        assert f"kept in '{folder}/demo_password'" in sentence
        assert f"\"password\":\"'$(cat '{folder}/demo_password')'\"" in sentence

    @pytest.mark.parametrize("on_terminal", [True, False])
    def test_password_that_was_set_is_shown_to_people_only(self, on_terminal: bool) -> None:
        sentence = how_to_try(load_settings({"MIPOS_DEMO_PASSWORD": SECRET}), SECRET, on_terminal=on_terminal)
        assert (SECRET in sentence) == on_terminal
        assert ("MIPOS_DEMO_PASSWORD" in sentence) != on_terminal


class TestWithoutTheDemo:
    def test_who_begins_is_told_how_until_somebody_has(self, server: EmbeddedServer) -> None:
        settings = load_settings({"MIPOS_DEMO": "no"})
        database = fresh_database(server, "mipos_begun")
        assert prepare(settings, database.app).startswith("Nobody yet?")
        with open_pool(database.app, 1) as pool:
            appoint_for_platform(pool, "root@example.com", SECRET)
        assert prepare(settings, database.app) == ""


class TestTheKeyThatLogsAreSignedWith:
    def test_is_made_once_and_handed_to_every_part(self, tmp_path: Path) -> None:
        keys = handed(load_settings({"MIPOS_DATA_DIR": str(tmp_path)}))
        assert set(keys) == {(tmp_path / "seal_key").read_text().strip()}
        assert len(keys) > 1

    def test_is_missing_where_a_server_of_ones_own_was_given_none(self) -> None:
        own = {"DATABASE_URL": "postgresql://owner@db/mipos", **KEYS}
        del own["MIPOS_SEAL_KEY"]
        assert set(handed(load_settings(own))) == {None}


class TestTheAddress:
    @pytest.mark.parametrize(
        ("host", "address"),
        [
            ("127.0.0.1", "http://127.0.0.1:3000"),
            ("till.example", "http://till.example:3000"),
            ("::1", "http://[::1]:3000"),
        ],
    )
    def test_is_where_it_listens(self, host: str, address: str) -> None:
        assert to_open(host, 3000) == [address]

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "0:0::0"])  # noqa: S104
    def test_is_one_that_can_be_opened_where_it_listens_everywhere(self, host: str) -> None:
        first, *others = to_open(host, 3000)
        assert first == "http://localhost:3000"
        assert not any(word in address for address in others for word in ("//0.", "[::]", "127.0"))
