"""The fields of requests: what a valid name, amount, quantity or time looks like."""

from api.fields.body import Anything, Body, Described, Many, ManyOrWord, Object, check_descriptions
from api.fields.contacts import Country, Phone, TaxNumber
from api.fields.ids import File, Id, Ids, OwnId
from api.fields.numbers import MAX_AMOUNT, Change, Exact, Flag, Money, Percent, Quantity, SignedMoney, Whole
from api.fields.places import PositionOrMoment
from api.fields.texts import Choice, Code, Currency, Email, Name, Secret, Text, Timezone, optional, ordered_by
from api.fields.times import Day, DayCut, Moment

__all__ = [
    "MAX_AMOUNT",
    "Anything",
    "Body",
    "Change",
    "Choice",
    "Code",
    "Country",
    "Currency",
    "Day",
    "DayCut",
    "Described",
    "Email",
    "Exact",
    "File",
    "Flag",
    "Id",
    "Ids",
    "Many",
    "ManyOrWord",
    "Moment",
    "Money",
    "Name",
    "Object",
    "OwnId",
    "Percent",
    "Phone",
    "PositionOrMoment",
    "Quantity",
    "Secret",
    "SignedMoney",
    "TaxNumber",
    "Text",
    "Timezone",
    "Whole",
    "check_descriptions",
    "optional",
    "ordered_by",
]
