"""What /docs says of deliveries: each type of operation, each flag, and each code of a result."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from api.sync.arrivals import NotAvailableOffline
from api.sync.decisions import DependsOnRejected, Failed, IdReused
from api.sync.kinds import KINDS, REFUSALS, Kind
from commands.sync.arrivals import PATIENCE
from commands.sync.delivery import NotArrived
from domain.errors import Invalid, NotAllowed, NotFound, Refusal
from domain.orders.offline import CLOCK_AHEAD, OLDEST
from domain.till_operations import OperationDiscarded
from domain.tills import REACH

#: Each flag, and what it says of a fact that was recorded all the same.
FLAG_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "stock_negative": "More was sold than there was; the balance went below zero.",
        "price_differs": "Price or tax was none that the till could know: neither that of "
        "`catalog_position` nor that of the moment.",
        "total_differs": "What was paid differs by no more than one minor unit a line; `rounding` has it.",
        "not_for_sale": "The product was not active.",
        "store_closed": "The store or the till was closed by then.",
        "over_plan": "The company's plan allows no more orders.",
        "customer_unknown": "The customer is not there any more, and was left out.",
        "insufficient_credit": "There was not as much store credit any more; what was short is owed.",
        "credit_limit_exceeded": "More was sold on account than the customer may owe.",
        "not_permitted": "The cashier had no right to do it, neither then nor now.",
        "late": "Its shift had been closed; it is in that shift, and in no sum of its report.",
        "no_shift": "No shift was open then.",
        "count_correction": "The stock was counted after it happened; what was counted stays.",
        "number_conflict": "The number that was printed is another's, none of the device's series, or "
        f"more than {REACH:,} after the last there; it has no place in a series. Look the sale up by its id.",
        "clock_ahead": f"The till's clock was more than {CLOCK_AHEAD.seconds // 60} minutes ahead; the "
        "moment of its arrival is taken.",
        "very_late": f"It happened more than {OLDEST.days} days ago, or before the company was there; the "
        "moment of its arrival is taken.",
        "period_closed": "It belongs to a day whose books are closed; the moment of its arrival is taken.",
    }
)
#: What a result can say that the same request with a connection is not refused with.
_OWN: tuple[type[Refusal], ...] = (
    DependsOnRejected,
    IdReused,
    OperationDiscarded,
    NotAvailableOffline,
    Invalid,
    NotFound,
    NotAllowed,
    Failed,
)


def _list(meanings: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- `{name}`: {meaning}" for name, meaning in meanings)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _body_of(kind: Kind) -> str:
    """Where the body is described, and which fields it has beside those."""
    online = kind.online.body
    if online is None:
        return f"{_names(kind.body.fields)}, as `POST {kind.path}` takes no body."
    own = [name for name in kind.body.fields if name not in online.fields]
    return f"the body of `POST {kind.path}`" + (f", and {_names(own)}." if own else ".")


#: The codes of a result, and what they mean.
CODE_MEANINGS: Mapping[str, str] = MappingProxyType(
    {NotArrived.code: "It waits for what it names.", **{one.code: one().message for one in _OWN}}
)
#: The codes with which it may be rejected as the same request is refused with a connection.
REFUSED_ALIKE: tuple[str, ...] = tuple(sorted({one.code for one in REFUSALS} - CODE_MEANINGS.keys()))

DESCRIPTION = f"""\
Operations are taken in the order of `seq`, each in a transaction of its own, so one that is rejected does
not stop the others. Each is recorded once, however often and in whatever order it is sent: its `id` is that
of what it makes. What would have been refused online, though the money moved, is recorded with `flags`; what
cannot be recorded is kept in the inbox.

**What the `body` is**, by `type`; it may leave out `id`, and who did it is `cashier_id`:

{_list((name, _body_of(kind)) for name, kind in KINDS.items())}

**What a result's `status` is:**

- `applied`: it is recorded now; `resource` is what it made.
- `replayed`: it had been recorded, or settled in the inbox; `resource` is what it made then.
- `waiting`: it names something that has not arrived. It is applied by itself when that does, and rejected
  when that is, or after {PATIENCE // timedelta(hours=1)} hours.
- `rejected`: it is in the inbox, and `code` says why. Sent again, it is decided again until somebody
  settles it there; so it is, by itself, when what it names is there after all.

**What a result's `code` is:**

{_list(CODE_MEANINGS.items())}
- or how the same request would be refused with a connection: {_names(REFUSED_ALIKE)}.

**What a result's `flags` are:**

{_list(FLAG_MEANINGS.items())}
"""
