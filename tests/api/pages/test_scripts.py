"""Scripts of the pages come from the program itself, and no path leads to anything else."""

from typing import Any

import pytest

from api.pages.scripts import SCRIPTS


@pytest.fixture
def client(shop: Any) -> Any:
    """Somebody who is not signed in."""
    return shop.service.client()


class TestScripts:
    @pytest.mark.parametrize("script", SCRIPTS)
    def test_each_is_served_as_a_script(self, client: Any, script: str) -> None:
        answer = client.get(f"/pages/{script}")
        assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
        again = client.get(f"/pages/{script}", If_None_Match=answer.headers["etag"])
        assert (again.status, again.body) == (304, b"")

    @pytest.mark.parametrize("script", SCRIPTS)
    def test_each_imports_only_others_of_them_and_writes_no_markup(self, client: Any, script: str) -> None:
        text = client.get(f"/pages/{script}").body.decode()
        imported = {line.rpartition('"./')[2].rstrip('";') for line in text.splitlines() if " from " in line}
        assert {name for name in imported if name.endswith(".js")} <= SCRIPTS.keys()
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http"):
            assert forbidden not in text

    @pytest.mark.parametrize(
        "path", ["nothing.js", "client", "palette.css", "__init__.py", "%2e%2e%2fapp.py", "CLIENT.JS"]
    )
    def test_nothing_else_is_one(self, client: Any, path: str) -> None:
        assert client.get(f"/pages/{path}").status == 404
