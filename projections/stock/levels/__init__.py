"""Stock levels: what can be asked about balances, now and at a moment."""

from projections.stock.levels.filters import SORT_KEYS, STATUSES, WITHOUT_PAST, Filters
from projections.stock.levels.now import list_levels
from projections.stock.levels.past import list_past_levels
from projections.stock.levels.variant import find_variant_levels

__all__ = [
    "SORT_KEYS",
    "STATUSES",
    "WITHOUT_PAST",
    "Filters",
    "find_variant_levels",
    "list_levels",
    "list_past_levels",
]
