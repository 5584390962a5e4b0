"""Companies: what every sale needs of its own, and what the platform sees of all."""

from projections.companies.companies import Companies
from projections.companies.reading import (
    backdating_of,
    find_company,
    lets_people_in,
    list_companies,
    returns_of,
    rules_of,
)

__all__ = [
    "Companies",
    "backdating_of",
    "find_company",
    "lets_people_in",
    "list_companies",
    "returns_of",
    "rules_of",
]
