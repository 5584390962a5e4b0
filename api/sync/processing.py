"""Taking in operations of a device in their order, and those that have waited for them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from api.sync.answers import ResultAnswer
from api.sync.arrivals import Arrival, arrival_of
from api.sync.decisions import Decider, Run, ask
from api.work import Work
from commands.ports import Caller
from commands.sync.arrivals import BeginDelivery, FindDue, KnownDelivery, begin_delivery, find_due
from commands.sync.operation import Resolution, operation_of
from domain.deliveries import Waiting

C = TypeVar("C")
R = TypeVar("R")

#: How often what waits is looked at again after something was applied; what is left, a job looks at.
MOST_ROUNDS = 20
#: Of how many positions of the catalog prices are looked up before; for the others each sale does it.
MOST_POSITIONS = 32


def take_in(run: Run, caller: Caller, device_id: UUID, arrivals: Sequence[Arrival]) -> list[ResultAnswer]:
    """Decide operations in the order of their `seq`; the results are in the order of the operations.

    Raises Invalid for an unknown device, OtherStore, and what says nothing of an operation.
    """
    seqs = [arrival.operation.seq for arrival in arrivals]
    decider = Decider(run, caller, _begin(run, caller, device_id, arrivals, seqs))
    order = sorted(range(len(arrivals)), key=lambda index: arrivals[index].operation.seq)
    results = {index: decider.decide(arrivals[index]) for index in order}
    return [results[index] for index in range(len(arrivals))]


def settle_waiting(
    run: Run, company_id: UUID, request_id: str | None, peppers: Sequence[bytes]
) -> dict[UUID, ResultAnswer]:
    """Decide what has waited for something that is there by now, or too long; by the operations' ids."""
    results: dict[UUID, ResultAnswer] = {}
    service = Caller(company_id=company_id, user_id=None, request_id=request_id)
    for _ in range(MOST_ROUNDS):
        # One that still waits is not looked at again before something else was settled.
        waits = [one for one, result in results.items() if result.status == "waiting"]
        due = outcome_of(run, service, find_due, FindDue(but=waits))
        for device_id, some in groupby(due, key=lambda one: one.device_id):
            results.update(_settle(run, service, device_id, list(some), peppers))
        if not any(results[one.id].status != "waiting" for one in due):
            break
    return results


def resolve(
    run: Run, caller: Caller, device_id: UUID, arrival: Arrival, resolution: Resolution
) -> ResultAnswer:
    """Record an operation of the inbox, as it is or as the caller mended it. Raises every refusal."""
    decider = Decider(run, caller, _begin(run, caller, device_id, [arrival]))
    if resolution.body is None:
        return decider.record(arrival, resolution)
    return decider.mend(arrival, resolution)


def _settle(
    run: Run, service: Caller, device_id: UUID, due: Sequence[Waiting], peppers: Sequence[bytes]
) -> Iterable[tuple[UUID, ResultAnswer]]:
    arrivals = [arrival_of(operation_of(one), peppers) for one in due]
    known = _begin(run, service, device_id, arrivals, senders=[one.received_by for one in due])
    for waiting, arrival in zip(due, arrivals, strict=True):
        sender = _sender(service, waiting, arrival.operation.store_ids)
        decided = Decider(run, sender, known).decide(arrival, waiting)
        yield waiting.id, decided


def _sender(service: Caller, waiting: Waiting, store_ids: tuple[UUID, ...]) -> Caller:
    """Who sent it; that they might was looked at when it arrived."""
    return Caller(
        company_id=service.company_id,
        user_id=waiting.received_by,
        store_ids=store_ids,
        request_id=service.request_id,
    )


def _begin(
    run: Run,
    caller: Caller,
    device_id: UUID,
    arrivals: Sequence[Arrival],
    seqs: Sequence[int] = (),
    *,
    senders: Iterable[UUID | None] = (),
) -> KnownDelivery:
    goods: dict[int, set[UUID]] = {}
    for arrival in arrivals:
        position = arrival.operation.catalog_position
        if position is not None and (position in goods or len(goods) < MOST_POSITIONS):
            goods.setdefault(position, set()).update(arrival.goods)
    cashiers = {caller.user_id, *senders, *(arrival.operation.cashier_id for arrival in arrivals)}
    command = BeginDelivery(
        device_id=device_id,
        operation_ids={arrival.operation.id for arrival in arrivals},
        cashier_ids={one for one in cashiers if one},
        goods=goods,
        seqs=seqs,
    )
    return outcome_of(run, caller, begin_delivery, command)


def outcome_of(run: Run, caller: Caller, handler: Callable[[C, Work], R], command: C) -> R:
    """What a handler answers that presents nothing."""
    return ask(run, caller, handler, command)[0]
