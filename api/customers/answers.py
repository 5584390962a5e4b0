"""What is answered of customers."""

from typing import Annotated, Literal

from api.answers import Answer, Count, CreatedAt, Day, Email, Id, Meaning, Moment, Money, OwnId, Sum, Version

Purpose = Literal["marketing_email", "marketing_sms", "profiling"]


class AddressAnswer(Answer):
    """Where a customer is written to."""

    line1: Annotated[str | None, Meaning("The first line.", "12 Harbour Street")]
    line2: Annotated[str | None, Meaning("The second line.", "Flat 3")]
    city: Annotated[str | None, Meaning("The town.", "Bristol")]
    region: Annotated[str | None, Meaning("The state, the county or the like.", "Avon")]
    postal_code: Annotated[str | None, Meaning("As letters are addressed in that country.", "BS1 4RW")]
    country: Annotated[str | None, Meaning("The country, a code of ISO 3166.", "GB")]


class ConsentAnswer(Answer):
    """What a customer agreed to or refused; of each purpose, what they said last."""

    purpose: Annotated[Purpose, Meaning("What for.", "marketing_email")]
    granted: Annotated[bool, Meaning("Whether they agreed.", example=True)]
    source: Annotated[str, Meaning("By which means they said so.", "form at the till")]
    at: Annotated[Moment, Meaning("When it was recorded.")]


class TotalsAnswer(Answer):
    """What a customer bought in the stores that one works in."""

    visits: Annotated[Count, Meaning("Sales that were not voided, and orders with their first goods.", 12)]
    spent: Annotated[
        Sum,
        Meaning("What they came to, orders as goods were handed over, without what was given back.", 48_050),
    ]
    last_visit: Annotated[Day | None, Meaning("The business date of the last of them; null without any.")]
    average_order: Annotated[Sum | None, Meaning("What one came to, rounded; null without any.", 4_100)]
    returned: Annotated[Sum, Meaning("What was given back.", 1_150)]


class BalancesAnswer(Answer):
    """What a customer owes and has to their credit."""

    due: Annotated[Money, Meaning("What they owe.", 2_500)]
    store_credit: Annotated[Money, Meaning("What they have to their credit.", 0)]


class CustomerAnswer(Answer):
    """A customer. Once erased they are called `Erased customer`; all else that tells who they are is null."""

    id: OwnId
    name: Annotated[str, Meaning("What they are called.", "Ada Lovelace")]
    phone: Annotated[str | None, Meaning("Telephone number.", "+1 555 0100")]
    email: Annotated[Email | None, Meaning("E-mail address.", "ada@example.com")]
    address: Annotated[AddressAnswer | None, Meaning("Where they are written to.")]
    tax_number: Annotated[str | None, Meaning("The number they are taxed under.", "DE811907980")]
    reference: Annotated[str | None, Meaning("The number under which other systems know them.", "K-1042")]
    birthday: Annotated[Day | None, Meaning("When they were born.", "1985-12-10")]
    group_ids: Annotated[list[Id], Meaning("The groups they belong to.", [])]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.", "Prefers oat milk")]
    consents: Annotated[list[ConsentAnswer], Meaning("What they agreed to or refused.", [])]
    credit_limit: Annotated[Money | None, Meaning("The most they may owe; null: nothing.", 50_000)]
    terms_days: Annotated[int | None, Meaning("How many days what they owe may wait.", 30)]
    is_archived: Annotated[bool, Meaning("Whether nothing is sold to them any more.", example=False)]
    erased_at: Annotated[Moment | None, Meaning("When it was erased who they are; null: it was not.")]
    merged_into: Annotated[
        Id | None, Meaning("The customer they turned out to be; null: they are themselves.")
    ]
    totals: Annotated[
        TotalsAnswer | None, Meaning("What they bought; null in a look into the past (`as_of`).")
    ]
    balances: Annotated[
        BalancesAnswer | None,
        Meaning("What they owe and have to their credit; null in a look into the past."),
    ]
    created_at: CreatedAt
    version: Version
