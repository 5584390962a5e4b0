"""Brands, units, suppliers, stores, registers …: one declaration each, one behaviour.

What a kind looks like stands in the file of its name (`api/stores.py`, `api/catalog/brands.py` …).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from falcon import App, Request, Response
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.envelope import ok, page_of, written
from api.etags import expected_versions
from api.fields import Body, Flag, Id, Moment, OwnId, Whole
from api.operations import Operation
from api.queries import LISTED, AsOfQuery, SortedQuery, status_of
from api.resource import Resource, stores_asked
from api.services import Reading, Services
from commands.outcomes import Response as Written
from commands.ports import Caller, ConcurrentEdit, DuplicateId, Missing, StaleVersion
from commands.settings import (
    ArchiveSetting,
    RegisterSetting,
    ReviseSetting,
    SwitchSetting,
    archive_setting,
    register_setting,
    revise_setting,
    switch_setting,
    with_place,
)
from domain.entities import AlreadyArchived
from domain.errors import Refusal
from domain.packages import RESOURCES, PlanLimitReached
from domain.settings import DuplicateCode, DuplicateName, InUse, Setting
from domain.stores import Store
from projections.base import Database, Row
from projections.settings import ask_setting, list_settings


@dataclass(frozen=True, kw_only=True)
class Tree:
    """How a kind that makes a tree shows where each of them stands, and the tree as a whole."""

    fields: dict[str, fields.Field[Any]]
    ask: Callable[[Database, Sequence[UUID]], Callable[[], dict[UUID, Row]]]
    whole: Callable[[Database, Callable[[Row], Row]], list[Row]]
    too_large: type[Refusal]


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """How a kind of setting appears in the API."""

    kind: type[Setting]
    path: str
    #: The resource in its permission keys, such as `brands` in `brands.create`.
    permission: str
    fields: dict[str, fields.Field[Any]]
    #: Fields that cannot be edited once it exists.
    fixed: tuple[str, ...] = ()
    #: The path's parameter that says to what the collection belongs, if it hangs under something.
    owner: str | None = None
    #: How an edit may be refused beyond what every kind has in common.
    edit_refusals: tuple[type[Refusal], ...] = ()
    tree: Tree | None = None

    @property
    def id_name(self) -> str:
        """The path's parameter for one of them, such as `tax_rate_id`."""
        return f"{self.kind.noun.replace(' ', '_')}_id"

    @property
    def statuses(self) -> list[str]:
        """Where one of them can stand."""
        return ["active", *(["inactive"] if self.kind.switches() else []), "archived"]

    @property
    def duplicates(self) -> tuple[type[Refusal], ...]:
        """How a name or a code may be refused."""
        return (DuplicateName, DuplicateCode) if "code" in self.fields else (DuplicateName,)

    @property
    def limits(self) -> tuple[type[Refusal], ...]:
        """How one more of them may be refused."""
        return (PlanLimitReached,) if self.kind.kind in RESOURCES else ()

    def owner_of(self, path: dict[str, UUID]) -> UUID | None:
        """To what the collection of this path belongs."""
        return path[self.owner] if self.owner else None

    def ask_owner(self, reading: Reading, caller: Caller, path: dict[str, UUID]) -> Callable[[], None]:
        """Ask for that with the next round trip.

        The result raises Missing when it is not there, or is a store the caller does not work in.
        """
        owner = self.owner_of(path)
        if owner is None:
            return lambda: None
        kind = next(reference.kind for reference in self.kind.references if reference.field == self.owner)
        is_elsewhere = kind == Store.kind and caller.store_ids and owner not in caller.store_ids
        found = ask_setting(reading.db, kind, owner)

        def check() -> None:
            if is_elsewhere or found.row() is None:
                raise Missing

        return check


class SettingsQuery(SortedQuery):
    """Filters of the settings' lists."""

    status = fields.String(validate=validate.OneOf(["active", "inactive", "archived", "all"]))


class TreeQuery(SettingsQuery):
    """The whole tree may be asked for at once, by itself."""

    tree = Flag(load_default=False)

    @validates_schema
    def _check_alone(self, data: dict[str, Any], **_: Any) -> None:
        others = {"search", "status", "parent_id"} & data.keys()
        if data.get("tree") and others:
            raise ValidationError("The whole tree is answered without filters.", min(others))


_TREE_TOLD = (
    "With `tree=true` the whole tree but the archived: the roots by name, each with its `children`, and so "
    "on, without `path`, on one page; it is refused if there are more than 10,000 of them."
)
_PLACE_TOLD = (
    "A look into the past (`as_of`) is without `path`, `depth` and the counts. The `ETag` is that of the "
    "category's own fields; what lies above it and how many products there are may change under it."
)


def show_setting(setting: Setting) -> dict[str, Any]:
    """A setting as clients see it."""
    return {
        "id": setting.id,
        **setting.values,
        "status": status_of(is_archived=setting.is_archived, is_active=setting.is_active),
        "version": setting.version,
        "created_at": setting.created_on,
        "updated_at": setting.modified_on,
    }


def show_row(row: dict[str, Any]) -> dict[str, Any]:
    """The same from a row of the read model."""
    return {
        "id": row["id"],
        **row["fields"],
        "status": status_of(is_archived=row["is_archived"], is_active=row["is_active"]),
        "version": row["version"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _presented(message: str, status: int = 200) -> Callable[[tuple[Setting, Mapping[str, Any]]], Written]:
    def present(placed: tuple[Setting, Mapping[str, Any]]) -> Written:
        setting, place = placed
        return written({**show_setting(setting), **place}, message, status=status, version=setting.version)

    return present


def _placed(db: Database, told: Declaration, rows: Sequence[Row]) -> list[Row]:
    """Rows of the read model as clients see them, those of a tree with where they stand."""
    places = told.tree.ask(db, [row["id"] for row in rows])() if told.tree and rows else {}
    return [{**show_row(row), **places.get(row["id"], {})} for row in rows]


def _schemas(told: Declaration) -> tuple[Schema, Schema, Schema]:
    """What a create takes, what an edit takes, and what is answered."""
    noun = told.kind.__name__
    create = Body.from_dict({"id": OwnId(), **told.fields}, name=f"{noun}Create")
    editable = {name: kind for name, kind in told.fields.items() if name not in told.fixed}
    edit = Body.from_dict(editable, name=f"{noun}Edit")
    answer = Body.from_dict(
        {
            "id": Id(),
            **told.fields,
            **({told.owner: Id()} if told.owner else {}),
            "status": fields.String(validate=validate.OneOf(told.statuses)),
            "version": Whole(),
            "created_at": Moment(),
            "updated_at": Moment(),
            **(told.tree.fields if told.tree else {}),
        },
        name=noun,
    )
    return create(), edit(partial=True), answer()


def _query_of(told: Declaration) -> Schema:
    """The filters of a kind's list: by store or by what lies above only where there is such a thing.

    What hangs under something has that in its path, and no second word on it in the query.
    """
    query = TreeQuery if told.tree else SettingsQuery
    shared = {"parent_id": told.kind.parent, "store_id": told.kind.store_field}
    own: dict[str, fields.Field[Any]] = {name: Id() for name, field in shared.items() if field}
    return query.from_dict({} if told.owner else own, name=query.__name__)()


class SettingListing(Resource):
    """All of one kind, to be looked at."""

    def __init__(self, services: Services, told: Declaration) -> None:
        super().__init__(services)
        self.told = told
        self.operations = {
            "on_get": Operation(
                permission=f"{told.permission}.view",
                summary=f"List {told.kind.kind.replace('-', ' ')}",
                description=_TREE_TOLD if told.tree else "",
                query=_query_of(told),
                answer=_schemas(told)[2],
                many=True,
                refusals=(told.tree.too_large,) if told.tree else (),
            )
        }

    def on_get(self, req: Request, resp: Response, **path: UUID) -> None:
        """One page, archived ones only on request."""
        query, told, caller = req.context.query, self.told, req.context.caller
        if told.tree and query["tree"]:
            self._answer_tree(req, resp, told.tree)
            return
        store_ids = stores_asked(query.get("store_id"), caller) if told.kind.store_field else ()

        def question(reading: Reading) -> tuple[list[dict[str, Any]], int]:
            check_owner = told.ask_owner(reading, caller, path)
            found = list_settings(
                reading.db,
                told.kind.kind,
                page=query["page"],
                limit=query["limit"],
                search=query.get("search"),
                sort=query["sort"],
                parent_id=told.owner_of(path) or query.get("parent_id"),
                store_ids=store_ids,
                **LISTED[query.get("status")],
            )
            check_owner()
            return _placed(reading.db, told, found[0]), found[1]

        rows, total = self.ask(req, resp, question)
        resp.media = page_of(rows, total, query["page"], query["limit"])

    def _answer_tree(self, req: Request, resp: Response, tree: Tree) -> None:
        roots = self.ask(req, resp, lambda reading: tree.whole(reading.db, show_row))
        resp.media = page_of(roots, len(roots), 1, max(len(roots), 1))


class SettingList(SettingListing):
    """All of one kind, and a place to add to them."""

    def __init__(self, services: Services, told: Declaration) -> None:
        super().__init__(services, told)
        create, _, answer = _schemas(told)
        self.operations["on_post"] = Operation(
            permission=f"{told.permission}.create",
            summary=f"Add a {told.kind.noun}",
            body=create,
            answer=answer,
            status=201,
            refusals=(*told.duplicates, *told.limits, DuplicateId, ConcurrentEdit),
        )

    def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
        """Set one up."""
        told, values = self.told, dict(req.context.body)
        setting_id = values.pop("id", None) or uuid4()
        if told.owner is not None:
            self.ask(req, resp, lambda reading: told.ask_owner(reading, req.context.caller, path)())
            values[told.owner] = path[told.owner]
        command = RegisterSetting(kind=told.kind, id=setting_id, values=values)
        message = f"{told.kind.noun.capitalize()} added"
        self.create(req, resp, with_place(register_setting), command, _presented(message, 201), beside=path)


class SettingById(Resource):
    """One of a kind."""

    def __init__(self, services: Services, told: Declaration) -> None:
        super().__init__(services)
        self.told = told
        noun = told.kind.noun
        _, edit, answer = _schemas(told)
        edits = (StaleVersion, AlreadyArchived, ConcurrentEdit)
        self.operations = {
            "on_get": Operation(
                permission=f"{told.permission}.view",
                summary=f"Show a {noun}",
                description=_PLACE_TOLD if told.tree else "",
                query=AsOfQuery(),
                answer=answer,
            ),
            "on_patch": Operation(
                permission=f"{told.permission}.edit",
                summary=f"Edit a {noun}",
                body=edit,
                answer=answer,
                refusals=(*told.duplicates, *told.edit_refusals, *edits),
            ),
            "on_delete": Operation(
                permission=f"{told.permission}.archive",
                summary=f"Archive a {noun}",
                answer=answer,
                refusals=(InUse, *edits),
            ),
        }

    def on_get(self, req: Request, resp: Response, **path: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        told, setting_id = self.told, path[self.told.id_name]
        as_of = req.context.query.get("as_of")

        def question(reading: Reading) -> tuple[list[Setting], Row]:
            # Where it stood in the past is not kept, so a look there does without.
            ask = told.tree.ask if told.tree and as_of is None else None
            places = ask(reading.db, [setting_id]) if ask else dict
            return reading.aggregates(told.kind, [setting_id], as_of), places().get(setting_id, {})

        found, place = self.ask(req, resp, question)
        if not found or not found[0].is_within(req.context.caller.store_ids):
            raise Missing
        owner = told.owner_of(path)
        if owner and found[0].values[told.owner or ""] != owner:
            raise Missing
        self.show(req, resp, ok({**show_setting(found[0]), **place}), found[0].version)

    def on_patch(self, req: Request, resp: Response, **path: UUID) -> None:
        """Edit some of its fields."""
        command = ReviseSetting(
            kind=self.told.kind,
            id=path[self.told.id_name],
            changes=req.context.body,
            expected_versions=expected_versions(req),
            owner=self.told.owner_of(path),
        )
        message = f"{self.told.kind.noun.capitalize()} changed"
        self.write(req, resp, with_place(revise_setting), command, _presented(message))

    def on_delete(self, req: Request, resp: Response, **path: UUID) -> None:
        """Put it out of use; its history stays."""
        command = ArchiveSetting(
            kind=self.told.kind,
            id=path[self.told.id_name],
            expected_versions=expected_versions(req),
            owner=self.told.owner_of(path),
        )
        message = f"{self.told.kind.noun.capitalize()} archived"
        self.write(req, resp, with_place(archive_setting), command, _presented(message))


class SettingSwitch(Resource):
    """Puts one of a kind out of use for a time, or back to it."""

    def __init__(self, services: Services, told: Declaration, *, is_active: bool) -> None:
        super().__init__(services)
        self.told = told
        self.is_active = is_active
        self.operations = {
            "on_post": Operation(
                permission=f"{told.permission}.edit",
                summary=f"{'Activate' if is_active else 'Deactivate'} a {told.kind.noun}",
                answer=_schemas(told)[2],
                refusals=(*(told.limits if is_active else ()), StaleVersion, AlreadyArchived, ConcurrentEdit),
            )
        }

    def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
        """Switch it; what is so already stays as it is."""
        command = SwitchSetting(
            kind=self.told.kind,
            id=path[self.told.id_name],
            is_active=self.is_active,
            expected_versions=expected_versions(req),
            owner=self.told.owner_of(path),
        )
        message = f"{self.told.kind.noun.capitalize()} {'activated' if self.is_active else 'deactivated'}"
        self.write(req, resp, with_place(switch_setting), command, _presented(message))


def add_setting(app: App[Request, Response], services: Services, told: Declaration) -> None:
    """The routes of one kind of setting."""
    app.add_route(told.path, SettingList(services, told))
    single = f"{told.path}/{{{told.id_name}:uuid}}"
    app.add_route(single, SettingById(services, told))
    if told.kind.switches():
        app.add_route(f"{single}/activate", SettingSwitch(services, told, is_active=True))
        app.add_route(f"{single}/deactivate", SettingSwitch(services, told, is_active=False))
