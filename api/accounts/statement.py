"""The statement of what a customer owes."""

from datetime import date
from uuid import UUID

from falcon import Request, Response

from api.accounts.answers import AgeingAnswer, StatementAnswer, StatementEntryAnswer, StatementType
from api.accounts.customers import check_customer
from api.accounts.input import StatementQuery
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from domain.errors import Detail, Invalid
from domain.payments import STORE_CREDIT
from projections.accounts.statement import Statement, read_statement
from projections.base import Row


class CustomerStatement(Resource):
    """The statement of what a customer owes."""

    @operation(
        "customers.view",
        "Show a customer's statement",
        description="By business date. Whoever is bound to stores sees what was sold there, and what was "
        "paid of it.",
        query=StatementQuery(),
        answer=StatementAnswer,
        refusals=(Invalid,),
    )
    def on_get(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """What was owed before, what changed it, what is owed, and how late that is."""
        query, caller = req.context.query, req.context.caller
        _check_days(query.get("from_date"), query.get("to_date"))

        def question(reading: Reading) -> Statement:
            check_customer(reading, customer_id)
            statement = read_statement(
                reading.db,
                customer_id=customer_id,
                from_date=query.get("from_date"),
                to_date=query.get("to_date"),
                stores=caller.store_ids,
                now=self.services.now(),
            )
            if statement is None:
                raise Missing
            return statement

        self.answer(req, resp, _show(customer_id, self.ask(req, resp, question)))


def _check_days(first: date | None, last: date | None) -> None:
    """Raise Invalid for days that end before they begin."""
    if first and last and last < first:
        raise Invalid(details=[Detail("to", "invalid", "It is not before the first day.")])


def _show(customer_id: UUID, statement: Statement) -> StatementAnswer:
    return StatementAnswer(
        customer_id=customer_id,
        currency=statement.currency,
        from_date=statement.from_date,
        to_date=statement.to_date,
        opening=statement.opening,
        entries=[_show_entry(row) for row in statement.entries],
        closing=statement.closing,
        ageing=AgeingAnswer.of(statement.ageing),
    )


def _show_entry(row: Row) -> StatementEntryAnswer:
    return StatementEntryAnswer(
        id=row["entry_id"],
        at=row["occurred_at"],
        type=_type_of(row),
        order_id=row["order_id"],
        number=row["number"],
        refund_id=row["refund_id"],
        method=row["method"],
        reference=row["reference"],
        due_on=row["ends_on"],
        amount=row["amount"],
        balance=row["balance"],
    )


def _type_of(row: Row) -> StatementType:
    if row["kind"] == "moved":
        return "charge" if row["amount"] > 0 else "credit"
    if row["method"] == STORE_CREDIT:
        return "credit"
    kind: StatementType = row["kind"]
    return kind
