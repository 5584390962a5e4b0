"""The store of a till."""

from typing import Any

from falcon import Request, Response

from api.answers import Answer
from api.cashier.store_answers import (
    CashierMethodAnswer,
    CashierRegisterAnswer,
    CashierStoreAnswer,
    CashierStoreDetailsAnswer,
    CashierTaxRateAnswer,
    OpenShiftAnswer,
    ReceiptTextsAnswer,
    TillSettingsAnswer,
)
from api.fields import Body, Id
from api.operations import operation
from api.resource import Resource, requested_stores
from api.services import Reading
from commands.ports import Missing
from domain.payments import ACCOUNT, CASH, STORE_CREDIT
from domain.settings import OtherStore
from projections.base import Row
from projections.companies import find_company
from projections.till_stores import TillStore, find_till_store

#: The methods that every till takes, in the order in which they are offered.
_BUILT_IN = {
    CASH: "Cash",
    "card": "Card",
    "coupon": "Coupon",
    STORE_CREDIT: "Store credit",
    ACCOUNT: "On account",
}


class CashierStoreQuery(Body):
    """Which store is asked about."""

    store_id = Id(meaning="The store; without it yours, of several the first by name.")


class CashierStore(Resource):
    """The store of a till."""

    @operation(
        "pos.use",
        "Show what a till needs to know of its store",
        query=CashierStoreQuery(),
        answer=CashierStoreAnswer,
        refusals=(Missing, OtherStore),
        description="Registers, taxes, payment methods, texts and settings as they are now. With "
        "`GET /pos/catalog` it is all that a till needs to sell without a connection; compare `server_time` "
        "with the till's own clock.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The store that is named, else the caller's."""
        store_ids = requested_stores(req.context.query.get("store_id"), req.context.caller)

        def question(reading: Reading) -> tuple[TillStore, Row]:
            found, company = find_till_store(reading.db, store_ids), find_company(reading.db)
            if found is None or company is None:
                raise Missing
            return found, company

        found, company = self.ask(req, resp, question)
        moment = {
            "server_time": self.services.now(),
            "position": int(resp.get_header("X-Read-Position") or 0),
        }
        self.answer(req, resp, _show(found, company, moment))


def _show(found: TillStore, company: Row, moment: dict[str, Any]) -> CashierStoreAnswer:
    store = found.store
    return CashierStoreAnswer(
        store=CashierStoreDetailsAnswer.of(store),
        registers=[_show_register(row) for row in found.registers],
        currency=company["currency"],
        tax_rates=[CashierTaxRateAnswer.of(row) for row in found.tax_rates],
        payment_methods=[*_show_built_in(), *map(_show_method, found.payment_methods)],
        cash_rounding=company["cash_rounding"],
        receipt=ReceiptTextsAnswer(
            header=store["receipt_header"] or company["receipt_header"],
            footer=store["receipt_footer"] or company["receipt_footer"],
        ),
        settings=TillSettingsAnswer.of(company),
        **moment,
    )


def _show_register(row: Row) -> CashierRegisterAnswer:
    shift: Answer | None = None
    if row["shift_id"]:
        shift = OpenShiftAnswer(id=row["shift_id"], opened_by=row["opened_by"], opened_at=row["opened_at"])
    return CashierRegisterAnswer.of({**row, "open_shift": shift})


def _show_built_in() -> list[CashierMethodAnswer]:
    return [
        CashierMethodAnswer(
            code=code,
            name=name,
            kind=code,
            is_built_in=True,
            opens_drawer=code == CASH,
            requires_reference=False,
        )
        for code, name in _BUILT_IN.items()
    ]


def _show_method(row: Row) -> CashierMethodAnswer:
    return CashierMethodAnswer.of({**row, "is_built_in": False})
