"""The dashboard and the alerts: what they ask for is what the service tells, and each alert says why."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from infra.runtime.exposition import GAUGES, GAUGES_OF_READ_MODELS
from infra.runtime.service_state import ServiceState, StateMetrics
from tests.conftest import Service

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "infra" / "observability"
MANUAL = (ROOT / "OPERATIONS.md").read_text()
#: A figure as it stands in a question, with what it is chosen by.
FIGURE = re.compile(r"\b(mipos_[a-z_]+)\b(?:\{([^}]*)\})?")
LABEL = re.compile(r'([a-z_]+)\s*(?:=~|!=|=)\s*"')
GROUPED = re.compile(r"\bby \(([a-z_, ]+)\)")
#: What counts in web servers and workers.
COUNTING = (
    "api.app",
    "infra.web.loop",
    "infra.jobs.schedule",
    "infra.projections.rebuild_all",
    "infra.projections.worker",
)
#: What Prometheus adds to each figure.
OF_THE_SERVER = {"instance", "job"}
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}


def dashboard() -> Any:
    return json.loads((FOLDER / "dashboard.json").read_text())


def rules() -> list[Any]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def questions() -> Iterator[tuple[str, str]]:
    """Each question with what asks it."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for rule in rules():
        yield rule["alert"], rule["expr"]


@pytest.fixture(scope="module")
def told(service: Service) -> Mapping[str, set[str]]:
    """What the service tells, by name, with the labels of each: what has happened, and what may."""
    names: dict[str, set[str]] = defaultdict(set)
    for module in COUNTING:
        import_module(module)
    for collector in list(REGISTRY._collector_to_names):
        for family in collector.collect():
            for ending in ENDINGS.get(family.type, ("",)):
                labels = set(getattr(collector, "_labelnames", ()))
                names[family.name + ending] |= labels | ({"le"} if ending == "_bucket" else set())
    page = service.client().get("/metrics").body.decode()
    # Of read models only those are told of that some company has.
    model = {"projection": "any", "greatest_lag": 0, "lag_seconds": 0, "parked": 0, "filling": 0}
    state = StateMetrics(ServiceState(projections=[model])).collect()
    for family in (*text_string_to_metric_families(page), *state):
        for sample in family.samples:
            names[sample.name] |= set(sample.labels)
    for _, _, name, _ in GAUGES:
        names[name] |= set()
    for _, _, name, _ in GAUGES_OF_READ_MODELS:
        names[name] |= {"projection"}
    return names


@pytest.mark.parametrize(("who", "question"), list(questions()))
def test_only_figures_that_are_told_are_asked_for(
    told: Mapping[str, set[str]], who: str, question: str
) -> None:
    figures = FIGURE.findall(question)
    assert figures or who == "MiposDown"
    for name, chosen in figures:
        assert name in told, who
        assert set(LABEL.findall(chosen)) <= told[name] | OF_THE_SERVER, (who, name)
    known = set().union(*(told[name] for name, _ in figures))
    for grouped in GROUPED.findall(question):
        assert set(grouped.split(", ")) <= known, who
    assert question.count("(") == question.count(")")
    assert question.count("{") == question.count("}")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_each_alert_says_why_it_is_one_and_what_to_do(rule: Any) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Mipos[A-Z][A-Za-z]+", rule["alert"])
    assert re.fullmatch(r"[1-9][0-9]*[smhd]", rule.get("for", "1m"))
    assert rule["labels"]["severity"] in {"critical", "warning"}
    told = rule["annotations"]
    assert set(told) == {"summary", "reason", "action", "runbook"}
    for part in ("reason", "action"):
        assert told[part].endswith("."), part
    file, _, anchor = told["runbook"].partition("#")
    headings = {
        line.strip("# ").lower().replace(" ", "-") for line in MANUAL.splitlines() if line[:2] == "##"
    }
    assert (file, anchor in headings) == ("OPERATIONS.md", True)
    assert f"`{rule['alert']}`" in MANUAL, "the manual does not tell of it"


def test_no_alert_is_there_twice() -> None:
    names = [rule["alert"] for rule in rules()]
    assert sorted(names) == sorted(set(names))


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    known = dashboard()
    assert {"title", "uid", "schemaVersion", "panels", "templating"} <= set(known)
    ids = [panel["id"] for panel in known["panels"]]
    assert len(ids) == len(set(ids))
    for panel in known["panels"]:
        place = panel["gridPos"]
        assert 0 < place["w"] <= 24 - place["x"], panel["title"]
        assert panel["type"] == "row" or panel["description"].endswith("."), panel["title"]
        assert all(target["datasource"]["uid"] == "${source}" for target in panel.get("targets", ()))
