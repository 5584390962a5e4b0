"""What `mipos up` says: to a person, the password of the demo; to a log, where it is kept."""

from pathlib import Path

import pytest

from infra.runtime.settings import load_settings
from infra.runtime.up import how_to_try

SECRET = "a-password-of-the-demo"


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
