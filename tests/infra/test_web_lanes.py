"""Who is served next: nobody takes all threads, nobody is forgotten, and queues have an end."""

from collections.abc import Hashable
from dataclasses import dataclass
from uuid import UUID

from infra.web.lanes import MOST_IN_ALL, MOST_IN_LANE, Lanes

A, B, C = (UUID(int=number) for number in (1, 2, 3))


@dataclass
class Request:
    lane: Hashable
    queued_at: float = 0.0


def run_all(lanes: Lanes[Request], most: int = 100) -> list[Hashable]:
    lanes_of_runs: list[Hashable] = []
    while len(lanes_of_runs) < most and (request := lanes.take()) is not None:
        lanes_of_runs.append(request.lane)
    return lanes_of_runs


def filled(threads: int, *lanes: Hashable) -> Lanes[Request]:
    own = Lanes[Request](threads)
    for lane in lanes:
        assert own.put(Request(lane))
    return own


def test_one_company_has_half_of_the_threads() -> None:
    lanes = filled(4, *[A] * 10)
    assert run_all(lanes) == [A, A]
    for _ in range(5):
        assert lanes.put(Request(B))
    assert run_all(lanes) == [B]


def test_and_goes_on_when_one_of_its_requests_has_run() -> None:
    lanes = filled(4, *[A] * 10)
    assert run_all(lanes) == [A, A]
    lanes.release(A)
    assert run_all(lanes) == [A]


def test_two_busy_companies_leave_a_thread_to_a_third() -> None:
    lanes = filled(4, *[A] * 10, *[B] * 10)
    assert sorted(run_all(lanes), key=str) in ([A, A, B], [A, B, B])
    assert lanes.put(Request(C))
    assert run_all(lanes) == [C]


def test_one_that_has_run_can_make_way_for_two() -> None:
    lanes = filled(6, *[A] * 4, *[B] * 4)
    assert run_all(lanes) == [A, B, A, B]
    assert not lanes.has_next
    lanes.release(B)
    assert run_all(lanes, 1) == [A]
    assert lanes.has_next
    assert run_all(lanes) == [B]
    assert not lanes.has_next


def test_many_companies_have_all_threads() -> None:
    lanes = filled(4, *[UUID(int=number) for number in range(9)])
    assert len(run_all(lanes)) == 4


def test_companies_take_turns_however_many_requests_each_has() -> None:
    lanes = filled(4, *[A] * 10, B, C, C)
    order = []
    for _ in range(6):
        order += run_all(lanes, 1)
        lanes.release(order[-1])
    assert order == [A, B, C, A, C, A]


def test_many_strangers_take_every_other_turn_at_most() -> None:
    strangers = [f"192.0.2.{number}" for number in range(50)]
    lanes = filled(2, *strangers, A, A, A)
    order = []
    for _ in range(6):
        order += run_all(lanes, 1)
        lanes.release(order[-1])
    assert order.count(A) == 3


def test_and_never_all_threads() -> None:
    lanes = filled(4, *[f"192.0.2.{number}" for number in range(50)])
    assert len(run_all(lanes)) == 2
    for _ in range(3):
        assert lanes.put(Request(A))
    assert run_all(lanes) == [A]


def test_with_a_single_thread_everybody_has_it_in_turn() -> None:
    lanes = filled(1, A, A, "192.0.2.1")
    order = []
    for _ in range(3):
        turns = run_all(lanes)
        assert len(turns) == 1
        order += turns
        lanes.release(turns[0])
    assert sorted(order, key=str) == sorted([A, A, "192.0.2.1"], key=str)


def test_probes_have_threads_of_their_own() -> None:
    lanes = filled(1, A, B)
    assert len(run_all(lanes)) == 1
    for probe in ("/ready", "/ready", "/health"):
        assert lanes.put(Request(probe))
    assert run_all(lanes) == ["/ready", "/health"]
    lanes.release("/ready")
    assert run_all(lanes) == ["/ready"]


def test_a_lane_has_an_end_that_others_do_not_feel() -> None:
    lanes = filled(4, *[A] * MOST_IN_LANE)
    assert not lanes.put(Request(A))
    assert lanes.put(Request(B))


def test_all_lanes_together_have_an_end() -> None:
    lanes = filled(4, *[UUID(int=number) for number in range(MOST_IN_ALL)])
    assert not lanes.put(Request(UUID(int=MOST_IN_ALL)))
    [one] = run_all(lanes, 1)
    assert one == UUID(int=0)
    assert lanes.put(Request(UUID(int=MOST_IN_ALL)))


def test_who_waits_too_long_is_taken_out() -> None:
    lanes = Lanes[Request](1)
    requests = [Request(lane, at) for lane, at in ((A, 1.0), (A, 5.0), (B, 2.0), ("192.0.2.1", 9.0))]
    for request in requests:
        assert lanes.put(request)
    assert lanes.take_late(3.0) == [requests[0], requests[2]]
    assert lanes.take_late(3.0) == []
    late = []
    while order := run_all(lanes):
        late += order
        lanes.release(order[0])
    assert set(late) == {A, "192.0.2.1"}
