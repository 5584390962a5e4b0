"""What read models declare, looked over at the start: every event is named, and read as it is."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import get_type_hints

from domain.aggregate import Aggregate, events_of
from domain.entities import fields_of
from projections.base import PARAMETERS, Event, Projection, each_of, parameters_of
from projections.records import Record, WronglyRead, merged, narrowed, paths_of, record, statement_type, whole


class WronglyNamed(TypeError):
    """A read model does not name each event of an aggregate, or not in exactly one way."""


def check(models: Sequence[Projection], aggregates: Iterable[type[Aggregate]]) -> None:
    """Raise WronglyNamed or WronglyRead for what a read model declares wrongly."""
    every = [frozenset(event for _, event in events_of(aggregate)) for aggregate in aggregates]
    for model in models:
        _check_names(model, every)
    for pair in combinations((model for model in models if model.mode == "async"), 2):
        for event in pair[0].events & pair[1].events:
            record_read(pair, event)
    for model in models:
        for event in model.events:
            record_read([model], event)


def _check_names(model: Projection, every: Iterable[frozenset[Event]]) -> None:
    followed = frozenset[Event]().union(*(events for events in every if events & model.events))
    folded = model.folds if type(model).apply is Projection.apply else {}
    faults = {
        "does not name {}, but other events of its aggregate": followed - model.events - model.ignores,
        "names {}, and ignores it": model.ignores & model.events,
        "names {} in two ways": model.on.keys() & model.folds.keys(),
        "has nothing to do on {} before the log has it": model.on_recorded.keys() - model.on.keys(),
        "folds {}, but has no `apply` of its own": folded,
    }
    for fault, events in faults.items():
        for event in sorted(events, key=_name):
            raise WronglyNamed(f"{model.name} {fault.format(_name(event))}")


def record_read(models: Iterable[Projection], event: Event) -> Record:
    """The record of an event that has what all of these read models read of it. Raises WronglyRead."""
    first, *others = models
    read, names = _record_of(first, event), first.name
    for model in others:
        names = f"{names}, {model.name}"
        read = merged(read, _record_of(model, event), f"{names}: {_name(event)}")
    return read


def fields_read(model: Projection, event: Event) -> str:
    """An event and what a read model reads of it, in a line."""
    paths = sorted(set(paths_of(record_read([model], event))))
    return f"{event.__module__}.{_name(event)}({', '.join(paths)})"


@cache
def _record_of(model: Projection, event: Event) -> Record:
    if event not in model.folds:
        hints = get_type_hints(event)
        types = {name: statement_type(hints[name]) for name in _fields_of_statements(model, event)}
        return record(event.__name__, event, types)
    reading, path = model.folds[event], f"{model.name}: {_name(event)}"
    if reading is event:
        return whole(event)  # type: ignore[no-any-return]
    return narrowed(event, reading, path, ids_as_text=model.mode == "async")  # type: ignore[no-any-return]


def _fields_of_statements(model: Projection, event: Event) -> Iterator[str]:
    """The fields of an event that its statements take, themselves or by what is derived from them."""
    own = fields_of(event)
    statements = [*each_of(model.on[event]), *each_of(model.on_recorded.get(event, ()))]
    for name in dict.fromkeys(name for statement in statements for name in parameters_of(statement)):
        fields = model.derives[name][1:] if name in model.derives else (name,)
        for field in fields:
            if (field in own) == (field in PARAMETERS) or (model.mode, field) == ("inline", "recorded_at"):
                raise WronglyRead(f"{model.name}: it is not clear what %({name})s takes of {_name(event)}")
            if field in own:
                yield field


def _name(event: Event) -> str:
    return event.__qualname__
