"""The page for Prometheus where the database is away: what was counted is there all the same."""

from typing import Any, Never

from prometheus_client.parser import text_string_to_metric_families

from commands.unavailable import DatabaseUnavailable
from infra.eventstore.appended import count_appended
from infra.process.kind import Process
from infra.runtime.exposition import Exposition


class Away:
    """An application whose database does not answer."""

    def perform(self, *_: Any, **__: Any) -> Never:
        raise DatabaseUnavailable


def look(_patience: float) -> Never:
    raise TimeoutError


def test_counters_are_told_without_a_database_and_every_part_is_named_that_is_missing() -> None:
    count_appended(["tests.Anything.Happened"])
    application: Any = Away()
    page = Exposition(application, look).text().decode()
    samples = [one for family in text_string_to_metric_families(page) for one in family.samples]
    labels = {"type": "tests.Anything.Happened", "process": Process.kind}
    assert [one.value for one in samples if one.labels == labels] == [1]
    failed = {one.labels["part"]: one.value for one in samples if one.name == "mipos_scrape_failed"}
    assert set(failed) >= {"state", "log", "worker_metrics", "verifications", "backups"}
    assert set(failed.values()) == {1}
