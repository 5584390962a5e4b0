"""How events and aggregates call what tells of costs, wherever they show them."""

from collections.abc import Container

#: What events and aggregates call their costs, the salt that keeps these from being guessed, and the hash of
#: a log's head, by which they could be: it follows from all that events say. Left out at any depth. So is a
#: `value` that is no discount's.
COST_FIELDS = frozenset(
    {
        "cost",
        "old_cost",
        "unit_cost",
        "not_restocked_cost",
        "entered_cost",
        "credit",
        "unit_credit",
        "credit_total",
        "last_unit_cost",
        "average_cost",
        "cost_total",
        "value_change",
        "settlement",
        "balance_value",
        "transit_value",
        "received_value",
        "damaged_value",
        "lost_value",
        "returned_value",
        "salt",
        "head_hash",
    }
)


def is_cost(name: str, beside: Container[str]) -> bool:
    """Whether a field tells of costs; `beside` are the names of all fields of the same object."""
    return name in COST_FIELDS or (name == "value" and "type" not in beside)
