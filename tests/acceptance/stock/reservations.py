"""Goods that are promised, and promises that are taken back."""

from fractions import Fraction

from hypothesis.stateful import precondition, rule

from tests.acceptance.stock.model import ANY, ANYWHERE, PARTS, StockModel

NEVER = "2100-01-01T00:00:00Z"


class Reservations(StockModel):
    """Rules of goods that are promised."""

    def __init__(self) -> None:
        super().__init__()
        self.promises: list[tuple[str, str, list[tuple[int, Fraction]]]] = []

    @rule(place=ANYWHERE, parts=PARTS)
    def reserve(self, place: str, parts: dict[int, int]) -> None:
        body = {"storage_id": self.company.storages[place], "expires_at": NEVER, "lines": self.lines(parts)}
        answer = self.company.post("reservations", body)
        if self.is_short(place, parts):
            self.refused(answer, 409, "insufficient_stock")
            return
        assert answer.status == 201, answer.body
        for which, quantity in self.quantities(parts):
            self.balance(place, which).reserved += quantity
        self.promises.append((answer.data["id"], place, self.quantities(parts)))

    @precondition(lambda self: self.promises)
    @rule(number=ANY)
    def release(self, number: int) -> None:
        promise, place, lines = self.promises.pop(number % len(self.promises))
        path = f"reservations/{promise}/release"
        answer = self.company.post(path, {"reason": "Nobody came"})
        assert (answer.status, answer.data["status"]) == (200, "released")
        for which, quantity in lines:
            self.balance(place, which).reserved -= quantity
        self.refused(self.company.post(path, {"reason": "Nobody came"}), 409, "invalid_transition")
