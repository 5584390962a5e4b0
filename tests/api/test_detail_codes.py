"""Every code that a detail of a refusal can have is explained in the documentation."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.openapi.details import DETAIL_CODES

ROOT = Path(__file__).parents[2]
LAYERS = ("domain", "commands", "projections", "api", "infra")


def codes_in(source: str) -> Iterator[str]:
    """The codes that a module writes into details: literals, and constants of its own.

    The code of a refusal (`InsufficientStock.code`) is explained with that.
    """
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Detail", "_wrong"):
            code = node.args[1] if len(node.args) > 1 else None
            code = constants.get(code.id) if isinstance(code, ast.Name) else code
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def test_they_are_found_as_literals_and_as_constants() -> None:
    source = 'OLD = "too_old"\nDetail("a", OLD, "")\nDetail("b", "ring", "")\nDetail("c", Busy.code, "")\n'
    assert set(codes_in(source)) == {"too_old", "ring"}


@pytest.mark.parametrize("layer", LAYERS)
def test_all_are_explained(layer: str) -> None:
    written = {
        code for path in (ROOT / layer).rglob("*.py") for code in codes_in(path.read_text(encoding="utf-8"))
    }
    refusals = {"duplicate_id", "insufficient_stock"}
    assert written - refusals <= set(DETAIL_CODES)


def test_none_is_explained_that_nothing_answers() -> None:
    paths = [path for layer in LAYERS for path in (ROOT / layer).rglob("*.py") if path.name != "details.py"]
    sources = "".join(path.read_text(encoding="utf-8") for path in paths)
    assert [code for code in DETAIL_CODES if f'"{code}"' not in sources] == []
