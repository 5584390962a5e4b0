"""The types of the fields of answers, each with its unit, its format and an example."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from api.answers.record import Format, Meaning

#: Ends the description of every amount.
MINOR_UNITS = "In minor currency units."

_MORNING = "2026-03-14T09:26:53Z"

Id = UUID
Day = Annotated[date, Format(example="2026-03-14")]
Moment = Annotated[datetime, Format(example=_MORNING)]

#: An amount that is not below zero.
Money = Annotated[int, Format({"minimum": 0, "format": "int64"}, MINOR_UNITS)]
SignedMoney = Annotated[int, Format({"format": "int64"}, MINOR_UNITS)]
#: A sum of amounts: exact, and of any size.
Sum = Annotated[int, Format(unit=MINOR_UNITS)]

#: How many there are of something.
Count = Annotated[int, Format({"minimum": 0})]
Quantity = Annotated[Decimal, Format(example="2")]
Percent = Annotated[Decimal, Format(example="7.25")]
Ratio = Annotated[Decimal, Format(example="0.48929")]

Code = Annotated[str, Format({"pattern": r"^[A-Za-z0-9._-]{1,40}$"})]
Email = Annotated[str, Format({"pattern": r"^[^@\s]+@[^@\s]+$"}, example="office@shop.example")]
#: A time of day, HH:MM.
Clock = Annotated[str, Format({"pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}, example="04:00")]

# Fields that mean the same wherever they are.
OwnId = Annotated[Id, Meaning("Its id; on creating you may choose it yourself.")]
Currency = Annotated[
    str, Format({"pattern": r"^[A-Z]{3}$"}, example="EUR"), Meaning("A currency of ISO 4217.")
]
Version = Annotated[int, Meaning("How often it was changed; the `ETag`.", 1)]
CreatedAt = Annotated[Moment, Meaning("When it was recorded first.")]
UpdatedAt = Annotated[Moment, Meaning("When it was changed last.")]
