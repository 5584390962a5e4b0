"""Events that read models cannot apply, over HTTP, for whoever runs the platform."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.waiting import eventually

PATH = "/api/dev/events/failed"
PARK = """
    UPDATE projection_checkpoints
       SET parked_at = now(), error = %(error)s, tried_position = position, attempts = 2
     WHERE company_id = %(company_id)s AND projection = %(projection)s
"""
PARK_INLINE = """
    INSERT INTO projection_checkpoints (company_id, projection, position, parked_at, error)
    VALUES (%(company_id)s, %(projection)s, 1, now(), %(error)s)
"""
FREE = """
    UPDATE projection_checkpoints SET parked_at = NULL, error = NULL
     WHERE company_id = %(company_id)s AND projection <> 'products'
"""
FREE_INLINE = """
    DELETE FROM projection_checkpoints WHERE company_id = %(company_id)s AND projection = 'products'
"""
ALTERED = "LogAltered: the log of company x is not what was recorded"


class Parking:
    """Parks read models of a company, as a worker that cannot apply an event, or an upgrade, does."""

    def __init__(self, platform: Any, stocked: Any) -> None:
        self.platform = platform
        self.stocked = stocked
        self.company_id = stocked.shop.company_id
        self._address = stocked.shop.service.database.worker

    def park(self, projection: str = "report_sales", error: str = "ValueError: it is odd") -> Any:
        """The failed event: the company's last one, which the read model did not see."""
        self.platform.post(f"/api/dev/projections/{projection}/pause", self.body)
        self.stocked.sell()
        self.execute(PARK_INLINE if projection == "products" else PARK, projection, error)
        self.platform.post(f"/api/dev/projections/{projection}/resume", self.body)
        [failed] = self.listed()
        return failed

    def listed(self) -> list[Any]:
        return list(self.platform.get(f"{PATH}?company_id={self.company_id}").data)

    @property
    def body(self) -> dict[str, str]:
        return {"company_id": str(self.company_id)}

    def execute(self, query: str, projection: str = "", error: str = "") -> None:
        params = {"company_id": self.company_id, "projection": projection, "error": error}
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(query.encode(), params)


@pytest.fixture
def parking(platform: Any, stocked: Any) -> Iterator[Parking]:
    made = Parking(platform, stocked)
    yield made
    made.execute(FREE)
    made.execute(FREE_INLINE)


def test_it_is_listed_with_event_and_fault(parking: Parking) -> None:
    eventually(lambda: lag(parking.platform, "report_sales") == 0)
    failed = parking.park()
    assert failed["projection"] == "report_sales"
    assert failed["company_id"] == str(parking.company_id)
    assert 0 < failed["position"] <= len(parking.stocked.shop.events())
    assert failed["type"] == parking.stocked.shop.events()[failed["position"] - 1]["type"]
    assert (failed["error_type"], failed["error"]) == ("ValueError", "ValueError: it is odd")
    assert failed["attempts"] == 2


def test_it_is_tried_again_and_is_gone(parking: Parking) -> None:
    failed = parking.park()
    answer = parking.platform.post(f"{PATH}/{failed['id']}/retry")
    assert (answer.status, answer.data) == (200, failed)
    eventually(lambda: lag(parking.platform, "report_sales") == 0)
    assert parking.listed() == []
    assert sound(parking.platform, "report_sales") is True


def test_what_is_passed_over_is_unsound_until_it_is_made_anew(parking: Parking) -> None:
    failed = parking.park()
    answer = parking.platform.post(f"{PATH}/{failed['id']}/skip", {"reason": "A test sale"})
    assert answer.status == 200
    assert parking.listed() == []
    assert sound(parking.platform, "report_sales") is False
    path = "/api/dev/projections/report_sales/rebuild"
    assert parking.platform.post(path, parking.body).status == 202
    eventually(lambda: parking.platform.get(path).data["status"] == "done")
    assert sound(parking.platform, "report_sales") is True


@pytest.mark.parametrize("act", ["retry", "skip"])
class TestRefusals:
    def test_what_decisions_are_made_on(self, parking: Parking, act: str) -> None:
        failed = parking.park("products")
        answer = parking.platform.post(f"{PATH}/{failed['id']}/{act}", body_of(act))
        assert (answer.status, answer.code) == (409, "inline_cannot_skip")

    def test_what_was_altered(self, parking: Parking, act: str) -> None:
        failed = parking.park(error=ALTERED)
        answer = parking.platform.post(f"{PATH}/{failed['id']}/{act}", body_of(act))
        assert (answer.status, answer.code) == (409, "rebuild_needed")

    @pytest.mark.parametrize("failed_id", ["5c43f9c3-aa5b-41ba-93c7-0d8968742901", "x", "7"])
    def test_what_there_is_not(self, platform: Any, act: str, failed_id: str) -> None:
        answer = platform.post(f"{PATH}/{failed_id}/{act}", body_of(act))
        assert (answer.status, answer.code) == (404, "not_found")

    def test_people_of_companies(self, parking: Parking, act: str) -> None:
        failed = parking.park()
        answer = parking.stocked.shop.client().post(f"{PATH}/{failed['id']}/{act}", body_of(act))
        assert (answer.status, answer.code) == (403, "forbidden")
        assert parking.stocked.shop.client().get(PATH).status == 403


@pytest.mark.parametrize("reason", [None, "", "   ", 7, "x" * 501])
def test_nothing_is_passed_over_without_a_reason(parking: Parking, reason: Any) -> None:
    failed = parking.park()
    body = {} if reason is None else {"reason": reason}
    answer = parking.platform.post(f"{PATH}/{failed['id']}/skip", body)
    assert (answer.status, answer.fields) == (422, {"reason"})
    assert parking.listed() == [failed]


@pytest.mark.parametrize("query", ["company_id=x", "page=0", "limit=101", "projection=", "sort=name"])
def test_a_malformed_question_is_refused(platform: Any, query: str) -> None:
    answer = platform.get(f"{PATH}?{query}")
    assert (answer.status, answer.code) == (400, "invalid_parameter")


def body_of(act: str) -> dict[str, str] | None:
    return {"reason": "A test sale"} if act == "skip" else None


def standing(platform: Any, name: str) -> Any:
    return next(one for one in platform.get("/api/dev/projections").data if one["name"] == name)


def lag(platform: Any, name: str) -> int:
    return int(standing(platform, name)["lag"]["events"])


def sound(platform: Any, name: str) -> bool:
    return bool(standing(platform, name)["sound"])
