"""Days, and whatever may happen, in companies of the tests' own."""

import pytest

# What the models assert is told as precisely as what the tests themselves do.
pytest.register_assert_rewrite("tests.acceptance.till", "tests.acceptance.stock")
