"""What is asked of clients about closings."""

from typing import get_args

from api.answers import meanings_of
from api.fields import Choice, Day, Id
from api.fiscal.answers import ListedClosingAnswer
from api.queries import PageQuery
from domain.fiscal import ClosingKind

_CLOSING = meanings_of(ListedClosingAnswer)


class ClosingsQuery(PageQuery):
    """Filters of closings."""

    store_id = Id(**_CLOSING["store_id"])
    kind = Choice(*get_args(ClosingKind), meaning="Days, months or years; without it, all.")
    from_day = Day(data_key="from", meaning="Those that end with this business day, or later.")
    to_day = Day(data_key="to", meaning="Those that end with this business day, or earlier.")
