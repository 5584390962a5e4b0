"""Every code of a refusal says what to do about it, and every failure where that can be read."""

import json
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import api
import commands
import domain
import infra
import projections
from api.errors import unread
from api.openapi.details import DETAIL_CODES, DETAIL_REMEDIES
from domain.errors import Refusal

LAYERS = (domain, commands, projections, api, infra)


def refusals() -> Iterator[type[Refusal]]:
    """Every refusal of the program."""
    for layer in LAYERS:
        _import_all(layer)
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[0] != "tests":
            yield kind


def _import_all(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


class TestARemedy:
    def test_is_told_by_every_class_that_has_a_code_of_its_own(self) -> None:
        silent = [
            f"{kind.__module__}.{kind.__name__}"
            for kind in refusals()
            if "code" in vars(kind) and not vars(kind).get("remedy")
        ]
        assert silent == []

    def test_is_a_sentence_or_a_few(self) -> None:
        for kind in refusals():
            assert kind.remedy == kind.remedy.strip(), kind
            assert kind.remedy.endswith("."), kind
            assert len(kind.remedy) <= 200, kind

    def test_of_a_detail_belongs_to_one_that_is_explained(self) -> None:
        assert DETAIL_REMEDIES.keys() <= DETAIL_CODES.keys()
        assert all(remedy.endswith(".") for remedy in DETAIL_REMEDIES.values())


class TestAField:
    def test_that_it_is_always_about_stands_in_the_details(self) -> None:
        kinds = [kind for kind in refusals() if kind.field]
        assert kinds
        for kind in kinds:
            message = kind().message
            assert kind().details == [{"field": kind.field, "code": kind.code, "message": message}], kind


class TestTheReference:
    def test_is_named_below_the_address_that_the_service_was_told(self) -> None:
        error = json.loads(unread("https://shop.example", 414, "till-7"))["error"]
        assert error["doc_url"] == "https://shop.example/docs/errors#uri_too_long"

    @pytest.mark.parametrize(
        ("host", "base"),
        [
            ("shop.example", "http://shop.example"),
            ("shop.example:8443", "http://shop.example:8443"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("<script>", ""),
            ("shop.example/evil", ""),
        ],
    )
    def test_is_else_below_the_one_that_was_asked(self, service: Any, host: str, base: str) -> None:
        refused = service.client().get("/api/nowhere", Host=host)
        assert refused.json["error"]["doc_url"] == f"{base}/docs/errors#not_found"
