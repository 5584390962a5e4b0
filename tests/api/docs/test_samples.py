"""Samples can be pasted: each is one of its language, and does what it says where there is the demo."""

import ast
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.docs.samples import call_of, refusal_of, samples_of
from api.openapi.demo import DEMO_IDS
from tests.conftest import Client, Service
from tests.schemas import standalone

Json = dict[str, Any]

#: Parses each text of a list as a module whose imports are left out, and names those that are none.
_PARSED = """
const texts = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const { constructor: AsyncFunction } = Object.getPrototypeOf(async function () {});
const wrong = texts.filter((text) => {
  try { new AsyncFunction(text.replace(/^import .*$/gm, "")); return false; } catch { return true; }
});
console.log(JSON.stringify(wrong));
"""


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def sample(document: Json, language: str, method: str, path: str) -> str:
    return dict(samples_of(method, path, document["paths"][path][method]))[language]


class TestEverySample:
    def test_there_is_one_of_each_operation_in_each_language(self, document: Json) -> None:
        for method, path, operation in operations(document):
            keys = [key for key, text in samples_of(method, path, operation) if text]
            assert keys == ["curl", "python", "javascript"]

    def test_in_shell_is_one_command_with_its_address(self, document: Json) -> None:
        for method, path, operation in operations(document):
            text = dict(samples_of(method, path, operation))["curl"]
            words = shlex.split(text, posix=True)
            assert words.count("curl") == 1, path
            assert [word for word in words if word.startswith("$MIPOS/")], path
            assert "#" not in text, path

    def test_in_python_compiles(self, document: Json) -> None:
        for method, path, operation in operations(document):
            ast.parse(dict(samples_of(method, path, operation))["python"])

    @pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
    def test_in_javascript_parses(self, document: Json) -> None:
        texts = [dict(samples_of(*one[:2], one[2]))["javascript"] for one in operations(document)]
        run = subprocess.run(  # noqa: S603 our own text
            ["node", "-e", _PARSED],  # noqa: S607 whichever is installed
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(run.stdout) == []

    def test_sends_the_example_and_no_id_or_time_that_the_server_gives(self, document: Json) -> None:
        for method, path, operation in operations(document):
            body = call_of(method, path, operation).body
            if method == "post" and isinstance(body, dict):
                assert not {"id", "occurred_at"} & body.keys(), path

    def test_signs_and_names_what_is_done_once(self, document: Json) -> None:
        for method, path, operation in operations(document):
            text = sample(document, "curl", method, path)
            assert ("Bearer $TOKEN" in text) == (operation.get("security") != []), path
        assert "Idempotency-Key" in sample(document, "curl", "post", "/api/pos/orders")
        assert "Idempotency-Key" not in sample(document, "curl", "get", "/api/pos/products")

    def test_quotes_what_a_shell_would_take_for_its_own(self, document: Json) -> None:
        path = "/api/pos/orders"
        operation = document["paths"][path]["post"]
        body = {"note": 'Don\'t; $(rm) `x` \\ "q"'}
        call = call_of("post", path, operation, body)
        words = shlex.split(dict(samples_of("post", path, {**operation, **_with_example(body)}))["curl"])
        assert json.loads(words[words.index("-d") + 1]) == call.body == body


def _with_example(body: Json) -> Json:
    return {"requestBody": {"content": {"application/json": {"example": body}}}}


class TestRefusals:
    def test_every_operation_shows_one_that_it_declares(self, document: Json) -> None:
        for _, path, operation in operations(document):
            refused = refusal_of(document, operation)
            assert refused is not None, path
            assert refused.status in operation["responses"], path
            code = refused.body["error"]["code"]
            assert code in {known["code"] for known in document["x-error-codes"]}

    def test_looks_as_refusals_do(self, document: Json) -> None:
        schema = standalone({"$ref": "#/components/schemas/Error"}, document)
        validator = jsonschema_rs.validator_for(schema)
        for _, path, operation in operations(document):
            refused = refusal_of(document, operation)
            assert refused is not None, path
            validator.validate(refused.body)

    def test_tells_of_the_operation_itself_before_what_could_happen_anywhere(self, document: Json) -> None:
        sale = refusal_of(document, document["paths"]["/api/pos/orders"]["post"])
        assert sale is not None
        assert (sale.status, sale.body["error"]["code"]) == ("409", "insufficient_stock")
        store = refusal_of(document, document["paths"]["/api/admin/stores/{store_id}"]["get"])
        assert store is not None
        assert (store.status, store.body["error"]["code"]) == ("404", "not_found")

    def test_names_the_field_that_it_is_about(self, document: Json) -> None:
        payment = refusal_of(
            document, document["paths"]["/api/admin/customers/{customer_id}/payments"]["post"]
        )
        assert payment is not None
        assert [one["field"] for one in payment.body["error"]["details"]] == ["amount"]


@pytest.fixture
def environment(demo: Service, admin: Client) -> dict[str, str]:
    assert admin.token is not None
    return {**os.environ, "MIPOS": demo.url, "TOKEN": admin.token}


def run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 the samples themselves
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


#: What is run in each language: a list, one thing, a file, a question with a body, a decision.
TRIED = (
    ("get", "/api/admin/stores"),
    ("get", "/api/admin/stores/{store_id}"),
    ("get", "/api/admin/reports/sales-summary/export"),
    ("post", "/api/pos/quote"),
    ("post", "/api/pos/orders"),
)


@pytest.mark.parametrize(("method", "path"), TRIED)
class TestARealServer:
    def test_is_called_by_a_shell(
        self, document: Json, environment: dict[str, str], tmp_path: Path, method: str, path: str
    ) -> None:
        text = sample(document, "curl", method, path).replace("curl ", "curl -sf ", 1)
        shown = run(["sh", "-c", text], environment, tmp_path)
        assert _is_done(shown, tmp_path)

    def test_is_called_from_python(
        self, document: Json, environment: dict[str, str], tmp_path: Path, method: str, path: str
    ) -> None:
        shown = run([sys.executable, "-c", sample(document, "python", method, path)], environment, tmp_path)
        assert _is_done(shown, tmp_path)

    @pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
    def test_is_called_from_javascript(
        self, document: Json, environment: dict[str, str], tmp_path: Path, method: str, path: str
    ) -> None:
        (tmp_path / "sample.mjs").write_text(sample(document, "javascript", method, path), encoding="utf-8")
        shown = run(["node", "sample.mjs"], environment, tmp_path)
        assert _is_done(shown, tmp_path)


def _is_done(shown: str, folder: Path) -> bool:
    """Whether something was shown, or kept in a file."""
    kept = folder / "sales-summary.csv"
    return bool(shown.strip()) or (kept.exists() and kept.stat().st_size > 0)


#: What the demo has none of: a seal so soon, a shift that is open, a device.
NOT_THERE = {"/api/audit/consistency", "/api/pos/shifts/current", "/api/pos/sync/status"}


class TestTheDemo:
    def test_questions_are_answered_as_they_are_shown(self, document: Json, admin: Client) -> None:
        for method, path, operation in operations(document):
            call = call_of(method, path, operation)
            if method != "get" or call.ids.keys() - DEMO_IDS.keys() or path in NOT_THERE:
                continue
            query = "&".join(f"{name}={value}" for name, value in call.query)
            answer = admin.get(path.format(**call.ids) + (f"?{query}" if query else ""))
            # What only whoever runs the platform may ask is refused to admins of a company.
            assert answer.status < 400 or answer.code == "forbidden", (path, answer.body)

    def test_a_body_is_taken_twice(self, document: Json, admin: Client) -> None:
        for path in (
            *("/api/pos/quote", "/api/pos/orders", "/api/pos/orders/hold", "/api/pos/returns"),
            *("/api/admin/orders/quote", "/api/admin/orders", "/api/pos/devices"),
            *("/api/admin/inventory/receipts", "/api/admin/inventory/adjustments"),
            *("/api/admin/inventory/transfers", "/api/admin/inventory/reservations"),
        ):
            call = call_of("post", path, document["paths"][path]["post"])
            first, second = (admin.post(path, call.body) for _ in range(2))
            assert (first.status, second.status) in ((200, 200), (201, 201)), (path, second.body)
            assert "idempotent-replayed" not in second.headers, path

    def test_store_credit_has_a_day_that_is_not_over(self, document: Json, admin: Client) -> None:
        path = "/api/admin/customers/{customer_id}/store-credit"
        call = call_of("post", path, document["paths"][path]["post"])
        assert admin.post(path.format(**call.ids), call.body).status == 201
