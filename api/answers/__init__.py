"""Answers: records of which every field says what it means, in which unit, by an example, and for whom."""

from api.answers.record import Answer, Cost, FieldWithoutMeaning, Format, Meaning, fields_of
from api.answers.types import (
    MINOR_UNITS,
    CreatedAt,
    Day,
    Id,
    Moment,
    Money,
    OwnId,
    Percent,
    Quantity,
    Ratio,
    SignedMoney,
    Sum,
    UpdatedAt,
    Version,
)

__all__ = [
    "MINOR_UNITS",
    "Answer",
    "Cost",
    "CreatedAt",
    "Day",
    "FieldWithoutMeaning",
    "Format",
    "Id",
    "Meaning",
    "Moment",
    "Money",
    "OwnId",
    "Percent",
    "Quantity",
    "Ratio",
    "SignedMoney",
    "Sum",
    "UpdatedAt",
    "Version",
    "fields_of",
]
