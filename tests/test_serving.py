"""A part of the server that ends while a test waits for it fails the test at once."""

from typing import Any

import pytest


def test_a_part_that_ends_is_named(serve: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError, match="`mipos serve` ended with"), serve(MIPOS_WORKERS="none"):
        pass
    assert "MIPOS_WORKERS" in capfd.readouterr().err
