"""Stock as an accountant keeps it on paper: exact fractions, and no knowledge of how MIPOS does it."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

#: A place (a storage's name, or a transfer's line) and the goods that lie there.
Key = tuple[str, int]
NOTHING = Fraction(0)


def rounded(exact: Fraction) -> int:
    """To whole minor units, a half away from zero."""
    size: int = floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


@dataclass
class Balance:
    """One kind of goods in one storage; its value is the sum of what came in less what went out."""

    quantity: Fraction = NOTHING
    value: int = 0
    last_cost: Fraction = NOTHING
    reserved: Fraction = NOTHING
    ordered: Fraction = NOTHING
    coming: Fraction = NOTHING

    @property
    def available(self) -> Fraction:
        return self.quantity - self.reserved

    def issue(self, quantity: Fraction, catalog_cost: int) -> int:
        """What goes out costs its part of the value; what was never there, the last known cost."""
        covered = min(quantity, max(self.quantity, NOTHING))
        cost = rounded(self.value * covered / self.quantity) if covered else 0
        cost += rounded((quantity - covered) * (self.last_cost or catalog_cost)) if quantity > covered else 0
        self.move(-quantity, -cost)
        return cost

    def receive(self, quantity: Fraction, value: int) -> int:
        """Goods come in at a new cost; answers what is settled of goods that went out before they came."""
        settlement = self.take_in(quantity, value)
        self.last_cost = Fraction(rounded(Fraction(value) / quantity * 10**5), 10**5)
        return settlement

    def take_in(self, quantity: Fraction, value: int) -> int:
        """What lies on the shelf afterwards costs its part of the delivery; what is owed keeps its value."""
        left, target = self.quantity + quantity, self.value + value
        if self.quantity < 0:
            owed = rounded(self.value * max(-left, NOTHING) / -self.quantity)
            target = owed + rounded(value * max(left, NOTHING) / quantity)
        settlement = target - self.value - value
        self.move(quantity, value + settlement)
        return settlement

    def take_back(self, quantity: Fraction, cost: int) -> int:
        """Goods go out at the value they came in with, or at the average if the rest could not keep one."""
        left, value = self.quantity - quantity, self.value - cost
        if (left > 0 and (value > 0 or cost == 0)) or left == value == 0:
            self.move(-quantity, -cost)
            return cost
        return self.issue(quantity, 0)

    def gain_cost(self, quantity: Fraction, catalog_cost: int) -> int:
        """What found goods are worth: as those that are there, or the last ones, or by the catalog."""
        if self.quantity > 0:
            return rounded(self.value * quantity / self.quantity)
        return rounded(quantity * (self.last_cost or catalog_cost))

    def move(self, quantity: Fraction, value: int) -> None:
        self.quantity += quantity
        self.value += value


@dataclass
class Parcel:
    """A line of a transfer on its way: what was shipped, and what of it has not become anything yet."""

    quantity: Fraction
    value: int
    settled: Fraction = NOTHING

    @property
    def left(self) -> Fraction:
        return self.quantity - self.settled

    @property
    def value_left(self) -> int:
        return self.value - rounded(self.value * self.settled / self.quantity)

    def take(self, part: Fraction) -> int:
        """The value of the next part, so that all parts add up to the whole."""
        before = rounded(self.value * self.settled / self.quantity)
        self.settled += part
        return rounded(self.value * self.settled / self.quantity) - before


@dataclass
class Books:
    """All balances, what is on its way, and what was ever received and written off."""

    balances: dict[Key, Balance] = field(default_factory=lambda: defaultdict(Balance))
    parcels: list[Parcel] = field(default_factory=list)
    received: int = 0
    expensed: int = 0

    @property
    def stock_value(self) -> int:
        return sum(balance.value for balance in self.balances.values())

    @property
    def transit_value(self) -> int:
        return sum(parcel.value_left for parcel in self.parcels)

    def receive(self, key: Key, quantity: Fraction, value: int) -> int:
        """What was bought; answers what was settled."""
        return self.settle(value, self.balances[key].receive(quantity, value))

    def gain(self, key: Key, quantity: Fraction, value: int) -> int:
        """What nobody bought: no price was paid, so the last cost stays."""
        return self.settle(value, self.balances[key].take_in(quantity, value))

    def settle(self, value: int, settlement: int) -> int:
        self.received += value
        self.expensed -= settlement
        return settlement

    def give_back(self, key: Key, quantity: Fraction, cost: int) -> None:
        """What was written off is not."""
        self.expensed -= cost + self.balances[key].take_in(quantity, cost)

    def issue(self, key: Key, quantity: Fraction, catalog_cost: int) -> int:
        cost = self.balances[key].issue(quantity, catalog_cost)
        self.expensed += cost
        return cost

    def take_back(self, key: Key, quantity: Fraction, value: int, settlement: int) -> None:
        """What never came goes out at what it brought, a settlement included."""
        self.received -= value
        self.expensed -= value - self.balances[key].take_back(quantity, value + settlement)
