"""What happened to an order, in sentences that whoever runs the shop reads."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from api.slips.languages import ENGLISH
from domain.orders import Order, SaleLine

_CHANNELS = {"phone": "by telephone", "email": "by e-mail", "web": "on the web", "counter": "at the counter"}
_SERVICE, _TIMES = "The service", "\u00d7"


class Storyteller:
    """Tells the events of one order, in their order; it remembers what the lines are called."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._names: dict[UUID, str] = {}
        self._ordered: dict[UUID, Decimal] = {}

    def tell(self, kind: type[Any], event: Any, actor: str | None) -> str:
        """What happened, and through whom; costs are never told."""
        who = actor.partition("@")[0] if actor else _SERVICE
        return _TELLERS[kind](self, event, who)

    def sold(self, event: Any, who: str) -> str:
        """A sale at a till."""
        self._keep(event.lines)
        how = f", paid by {_methods(event.payments)}" if event.payments else ""
        return f"{who} sold {self._goods(event)}{how}."

    def placed(self, event: Any, who: str) -> str:
        """An order of the back office."""
        self._keep(event.lines)
        channel = _CHANNELS.get(event.channel, event.channel)
        return f"{who} placed the order {channel}: {self._goods(event)}{_promise(event)}."

    def amended(self, event: Any, who: str) -> str:
        """A change of it."""
        self._keep(event.lines)
        return f"{who} changed the order{_because(event.reason)}; it is {self._goods(event)}."

    def paid(self, event: Any, who: str) -> str:
        """A payment of it."""
        due = f"{self._money(event.due)} is due" if event.due else "nothing is due"
        return f"{who} took {self._money(event.paid_total)} by {_methods(event.payments)}; {due}."

    def lapsed(self, _event: Any, _who: str) -> str:
        """The end of its reservation."""
        return "The reservation lapsed: the goods are free again, and the order stays open."

    def completed(self, _event: Any, _who: str) -> str:
        """Its end."""
        return "The order is completed."

    def refunded(self, event: Any, who: str) -> str:
        """A refund."""
        goods = self._units(event.lines) or "no goods"
        paid = self._money(event.total + event.rounding + event.tip)
        return f"{who} refunded {paid} by {_methods(event.payments)} for {goods}{_because(event.reason)}."

    def voided(self, event: Any, who: str) -> str:
        """A void."""
        return f"{who} voided the sale{_because(event.reason)}."

    def printed(self, event: Any, _who: str) -> str:
        """A print of a receipt."""
        what = "The receipt of a refund" if event.refund_id else "The receipt"
        return f"{what} was printed{f', copy {event.copy}' if event.copy else ''}."

    def sent(self, event: Any, who: str) -> str:
        """A receipt on its way."""
        return f"{who} sent the receipt by {event.channel}."

    def handed_over(self, event: Any, who: str) -> str:
        """Goods that were handed over."""
        parts = [
            f"{_number(line.quantity)} of {_number(self._ordered.get(line.line_id, line.quantity))} "
            f"{self._names.get(line.line_id, 'goods')}"
            for line in event.lines
        ]
        tracking = f", tracking {event.tracking}" if event.tracking else ""
        charged = f"; {self._money(event.charged)} was charged to the account" if event.charged else ""
        return f"{who} handed over {_listed(parts)}{tracking}{charged}."

    def cancelled(self, event: Any, who: str) -> str:
        """What is ordered no more."""
        goods = self._units(event.lines)
        self._ordered = {line.id: line.quantity for line in event.kept}
        given = sum(payment.amount for payment in event.payments)
        back = f"; {self._money(given)} went back by {_methods(event.payments)}" if event.payments else ""
        return f"{who} cancelled {goods}{_because(event.reason)}{back}."

    def _keep(self, lines: Iterable[SaleLine]) -> None:
        lines = tuple(lines)
        self._names |= {line.id: line.full_name for line in lines}
        self._ordered = {line.id: line.quantity for line in lines}

    def _units(self, lines: Iterable[Any]) -> str:
        return _listed(
            [f"{_number(line.quantity)} {_TIMES} {self._names.get(line.line_id, 'goods')}" for line in lines]
        )

    def _goods(self, event: Any) -> str:
        count = len(event.lines)
        return f"{count} line{'' if count == 1 else 's'}, {self._money(event.totals.total)}"

    def _money(self, amount: int) -> str:
        return f"{self._currency} {ENGLISH.money(amount, self._currency)}"


def _promise(event: Any) -> str:
    if not event.reserved:
        return ""
    return f", reserved until {ENGLISH.day(event.reserve_until)}" if event.reserve_until else ", reserved"


def _because(reason: str | None) -> str:
    return f" ({reason})" if reason else ""


def _methods(payments: Iterable[Any]) -> str:
    names = dict.fromkeys(payment.method.replace("_", " ") for payment in payments)
    return _listed(list(names)) or "nothing"


def _number(quantity: Decimal) -> str:
    return ENGLISH.number(quantity)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


#: How each event of an order is told.
_TELLERS: Mapping[type[Any], Callable[[Storyteller, Any, str], str]] = MappingProxyType(
    {
        Order.Sold: Storyteller.sold,
        Order.Placed: Storyteller.placed,
        Order.Amended: Storyteller.amended,
        Order.Paid: Storyteller.paid,
        Order.Fulfilled: Storyteller.handed_over,
        Order.ReservationLapsed: Storyteller.lapsed,
        Order.Cancelled: Storyteller.cancelled,
        Order.Completed: Storyteller.completed,
        Order.Refunded: Storyteller.refunded,
        Order.Voided: Storyteller.voided,
        Order.ReceiptPrinted: Storyteller.printed,
        Order.ReceiptSent: Storyteller.sent,
    }
)
