"""How the settings' lists are filtered."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from api.fields import Flag, Id
from api.queries import SortedQuery, listed_status
from api.settings.declaration import Declaration


class SettingsQuery(SortedQuery):
    """Filters of the settings' lists."""

    status = listed_status()


class TreeQuery(SettingsQuery):
    """The whole tree may be asked for at once, by itself."""

    tree = Flag(load_default=False, meaning="Whether the whole tree is wanted at once; without filters.")

    @validates_schema
    def _check_alone(self, data: dict[str, Any], **_: Any) -> None:
        others = {"search", "status", "parent_id"} & data.keys()
        if data.get("tree") and others:
            raise ValidationError("The whole tree is answered without filters.", min(others))


def query_of(declared: Declaration) -> Schema:
    """The filters of a kind's list: by store or by what lies above only where there is such a thing.

    What hangs under something has that in its path, and no second word on it in the query.
    """
    query = TreeQuery if declared.tree else SettingsQuery
    own: dict[str, fields.Field[Any]] = {}
    if declared.kind.parent and not declared.owner:
        own["parent_id"] = Id(meaning="What it lies under; null at the top.")
    if declared.kind.store_field and not declared.owner:
        own["store_id"] = Id(meaning="Only what belongs to this store; without it, to any of yours.")
    return query.from_dict(own, name=query.__name__)()
