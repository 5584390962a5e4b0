"""What the queries of many lists and single resources have in common."""

from api.fields import Body, Choice, Moment, Text, Whole


class AsOfQuery(Body):
    """A look into the past."""

    as_of = Moment(meaning="Answer what was recorded up to this time.")


class PageQuery(Body):
    """Which page of a list."""

    page = Whole(least=1, most=100_000, load_default=1, meaning="Which page, from 1.", example=1)
    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.", example=20)


class ListQuery(PageQuery):
    """How lists are paged and searched."""

    search = Text(shortest=1, longest=100, meaning="Words to look for.")


class SortedQuery(ListQuery):
    """How lists are sorted that can be sorted by name and age."""

    sort = Choice(
        "name",
        "-name",
        "created_at",
        "-created_at",
        load_default="name",
        meaning="What to sort by; a minus turns the order around.",
    )


#: By status: whether archived ones are listed, and whether active ones are. Without, all but the archived.
LISTED: dict[str | None, dict[str, bool | None]] = {
    None: {"archived": False, "active": None},
    "active": {"archived": False, "active": True},
    "inactive": {"archived": False, "active": False},
    "archived": {"archived": True, "active": None},
    "all": {"archived": None, "active": None},
}


def listed_status() -> Choice:
    """The parameter that says which of `LISTED` is asked for."""
    statuses = [status for status in LISTED if status is not None]
    return Choice(*statuses, meaning="Where they stand; without it, all that are not archived.")


def status_of(*, is_archived: bool, is_active: bool) -> str:
    """Where it stands: `active`, `inactive` or `archived`."""
    if is_archived:
        return "archived"
    return "active" if is_active else "inactive"
