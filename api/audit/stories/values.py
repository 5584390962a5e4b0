"""How values of events are written in a sentence; None for what is missing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from api.audit.stories.lines import full_name
from api.audit.stories.scene import Scene, short_name
from api.audit.stories.words import word
from domain.local_time import local_time

#: How many of a list are named, at most.
_NAMED = 5
_TIMES, _MINUS = "\u00d7", "\u2212"

Way = Callable[[Scene, Any, str], str | None]


def written(scene: Scene, value: Any, way: str | None, argument: str) -> str | None:
    """A value in a sentence, written the way that is named, else as values of its type are."""
    return WAYS[way or "plain"](scene, value, argument)


def listed(scene: Scene, words: Iterable[str]) -> str | None:
    """Words as a sentence lists them, the first few of many."""
    words = list(words)
    if len(words) > _NAMED + 1:
        rest = word(scene.language.code, "list", "more").format(len(words) - _NAMED)
        words = [*words[:_NAMED], rest]
    last = f" {word(scene.language.code, 'list', 'and')} "
    return last.join(filter(None, [", ".join(words[:-1]), *words[-1:]])) or None


def _plain(scene: Scene, value: Any, _: str) -> str | None:
    if value in (None, "", (), []):
        return None
    for kind, write in _OF_TYPES:
        if isinstance(value, kind):
            return write(scene, value)
    return word(scene.language.code, "erased", str(value))


def _name(scene: Scene, value: Any, _: str) -> str | None:
    return _plain(scene, UUID(value) if isinstance(value, str) else value, "")


def _short(_scene: Scene, value: Any, _: str) -> str | None:
    return short_name(value) if value else None


def _fields(scene: Scene, event: Any, names: str) -> str | None:
    """What an event says in these fields, as far as it says something."""
    said = (_plain(scene, getattr(event, name), "") for name in names.split())
    return ", ".join(filter(None, said)) or None


def _names(scene: Scene, value: Any, _: str) -> str | None:
    return listed(scene, filter(None, (_name(scene, one, "") for one in value or ())))


def _money(scene: Scene, value: Any, _: str) -> str | None:
    if value is None:
        return None
    amount = scene.language.money(int(value), scene.currency)
    return f"{amount} {scene.currency}" if scene.language.code == "de" else f"{scene.currency} {amount}"


def _size(scene: Scene, amount: Any, _: str) -> str | None:
    return None if amount is None else _money(scene, abs(amount), "")


def _sign(_scene: Scene, amount: Any, texts: str) -> str | None:
    below, _, above = texts.partition("/")
    return None if amount is None else below if amount < 0 else above


def _number(scene: Scene, value: Any, _: str) -> str | None:
    return None if value is None else scene.language.number(Decimal(value))


def _percent(scene: Scene, value: Any, _: str) -> str | None:
    return None if value is None else scene.language.percent(Decimal(value))


def _moment(scene: Scene, value: Any, _: str) -> str | None:
    return scene.language.moment(_local(scene, value)) if value else None


def _day(scene: Scene, value: Any, _: str) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return scene.language.day(value)
    return scene.language.day(_local(scene, value)) if value else None


def _local(scene: Scene, value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return local_time(moment if moment.tzinfo else moment.replace(tzinfo=UTC), scene.zone)


def _given(_scene: Scene, value: Any, _: str) -> str | None:
    return "" if value else None


def _if(_scene: Scene, value: Any, texts: str) -> str | None:
    yes, _, no = texts.partition("/")
    return None if value is None else yes if value else no


def _count(scene: Scene, value: Any, nouns: str) -> str | None:
    count = value if isinstance(value, int) else len(value or ())
    one, _, many = nouns.partition("/")
    return f"{scene.language.number(Decimal(count))} {one if count == 1 else many}"


def _word(scene: Scene, value: Any, vocabulary: str) -> str | None:
    return word(scene.language.code, vocabulary, str(value)) if value else None


def _words(scene: Scene, value: Any, vocabulary: str) -> str | None:
    return listed(scene, (word(scene.language.code, vocabulary, str(one)) for one in value or ()))


def _goods(scene: Scene, lines: Any, field: str) -> str | None:
    """Goods of lines with how much of each, be it of another field than `quantity`."""
    moved = ((abs(getattr(line, field or "quantity")), line) for line in lines or ())
    # Nothing was counted is told, nothing that came is not.
    some = [(number, line) for number, line in moved if number or not field]
    return listed(scene, (f"{_of(scene, number)} {_TIMES} {_called(scene, line)}" for number, line in some))


def _moves(scene: Scene, lines: Any, field: str) -> str | None:
    """Goods with how many more or fewer there are of each."""
    moved = [(getattr(line, field or "quantity"), line) for line in lines or ()]
    some = [(number, line) for number, line in moved if number]
    return listed(scene, (f"{_signed(scene, number)} {_called(scene, line)}" for number, line in some))


def _handed(scene: Scene, lines: Any, of: str) -> str | None:
    parts = [
        f"{_of(scene, line.quantity)} {of} {_of(scene, scene.ordered(line.line_id) or line.quantity)} "
        f"{_called(scene, line)}"
        for line in lines
    ]
    return listed(scene, parts)


def _of(scene: Scene, quantity: Decimal) -> str:
    return scene.language.number(quantity)


def _signed(scene: Scene, quantity: Decimal) -> str:
    return f"{_MINUS if quantity < 0 else '+'}{_of(scene, abs(quantity))}"


def _called(scene: Scene, line: Any) -> str:
    """What the goods of a line are called: as the line itself says, or the document, or the catalog."""
    if name := getattr(line, "name", None):
        return full_name(name, getattr(line, "variant_name", None))
    line_id = str(getattr(line, "line_id", ""))
    if line_id in scene.lines:
        return scene.lines[line_id].name
    known = scene.names.name_of(line.variant_id) if hasattr(line, "variant_id") else None
    return known or word(scene.language.code, "list", "goods")


def _variant(scene: Scene, variant_id: Any, _: str) -> str | None:
    """A variant of the product that this is about, as it was called then."""
    for state in (scene.was, scene.now):
        variants = state.get("variants")
        if isinstance(variants, Mapping) and (variant := variants.get(str(variant_id))):
            # Of several without names each is known by its SKU.
            return full_name(
                state["name"], variant["name"] or (variant.get("sku") if len(variants) > 1 else None)
            )
    return scene.names.name_of(variant_id)


def _methods(scene: Scene, payments: Any, _: str) -> str | None:
    names = dict.fromkeys(word(scene.language.code, "method", one.method) for one in payments or ())
    return listed(scene, names)


def _paid(scene: Scene, payments: Any, _: str) -> str | None:
    return _money(scene, sum(payment.amount for payment in payments), "")


def _refunded(scene: Scene, refund: Any, _: str) -> str | None:
    return _money(scene, refund.total + refund.rounding + getattr(refund, "tip", 0), "")


#: How values of a type are written; the first that fits.
_OF_TYPES: Sequence[tuple[type[Any] | tuple[type[Any], ...], Callable[[Scene, Any], str | None]]] = (
    (bool, lambda scene, value: word(scene.language.code, "list", "yes" if value else "no")),
    ((int, Decimal), lambda scene, value: scene.language.number(Decimal(value))),
    (UUID, lambda scene, value: scene.names.name_of(value)),
    (datetime, lambda scene, value: _moment(scene, value, "")),
    (date, lambda scene, value: scene.language.day(value)),
    (
        (tuple, list),
        lambda scene, value: listed(scene, filter(None, (_plain(scene, one, "") for one in value))),
    ),
)


def _nothing(scene: Scene, _value: Any, _: str) -> str | None:
    return word(scene.language.code, "list", "nothing")


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "plain": _plain,
        "name": _name,
        "names": _names,
        "short": _short,
        "fields": _fields,
        "money": _money,
        "size": _size,
        "sign": _sign,
        "number": _number,
        "percent": _percent,
        "moment": _moment,
        "day": _day,
        "given": _given,
        "if": _if,
        "count": _count,
        "word": _word,
        "words": _words,
        "goods": _goods,
        "moves": _moves,
        "handed": _handed,
        "variant": _variant,
        "methods": _methods,
        "paid": _paid,
        "refunded": _refunded,
        "nothing": _nothing,
    }
)
