"""Brands, categories, units, tax rates, stores, storages, registers: one declaration each, one behaviour.

What a kind looks like stands in the file of its name (`api/stores.py`, `api/catalog/brands.py` …).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from falcon import App, Request, Response
from marshmallow import Schema, fields, validate

from api.envelope import ok, page_of, written
from api.fields import Body, Id, Moment, Text, Whole
from api.gateway import House, Reading
from api.operations import Operation
from api.resource import Resource, expected_version
from commands.outcomes import Response as Written
from commands.ports import Caller, ConcurrentEdit, DuplicateId, Missing, StaleVersion
from commands.settings import (
    ArchiveSetting,
    RegisterSetting,
    ReviseSetting,
    archive_setting,
    register_setting,
    revise_setting,
)
from domain.entities import AlreadyArchived
from domain.settings import DuplicateCode, DuplicateName, InUse, Setting
from domain.stores import Store
from projections.settings import find_setting, list_settings


def optional(longest: int = 500) -> Text:
    """A text that may be left out."""
    return Text(longest=longest, allow_none=True, load_default=None)


def no_defaults(reading: Reading) -> dict[str, Any]:
    """Nothing but what the fields themselves default to."""
    del reading
    return {}


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
    #: Whether users who are bound to stores see only those.
    bound_to_store: bool = False
    #: What a new one takes from the company unless it says otherwise.
    defaults: Callable[[Reading], dict[str, Any]] = no_defaults

    @property
    def id_name(self) -> str:
        """The path's parameter for one of them, such as `tax_rate_id`."""
        return f"{self.kind.noun.replace(' ', '_')}_id"

    def owner_of(self, path: dict[str, UUID]) -> UUID | None:
        """To what the collection of this path belongs."""
        return path[self.owner] if self.owner else None

    def check_owner(self, reading: Reading, caller: Caller, path: dict[str, UUID]) -> None:
        """Raise Missing when that is not there, or is a store the caller does not work in."""
        owner = self.owner_of(path)
        if owner is None:
            return
        kind = next(reference.kind for reference in self.kind.references if reference.field == self.owner)
        is_elsewhere = kind == Store.kind and caller.store_ids and owner not in caller.store_ids
        if is_elsewhere or find_setting(reading.db, kind, owner) is None:
            raise Missing


class ListQuery(Body):
    """How lists are paged and searched."""

    page = Whole(least=1, most=100_000, load_default=1)
    limit = Whole(least=1, most=100, load_default=20)
    search = Text(shortest=1, longest=100)


class SettingsQuery(ListQuery):
    """Filters of the settings' lists."""

    sort = fields.String(
        validate=validate.OneOf(["name", "-name", "created_at", "-created_at"]), load_default="name"
    )
    status = fields.String(validate=validate.OneOf(["active", "archived", "all"]), load_default="active")
    parent_id = Id()
    store_id = Id()


class AsOfQuery(Body):
    """A look into the past."""

    as_of = Moment(metadata={"description": "Answer what was recorded up to this time."})


_ARCHIVED: dict[str, bool | None] = {"active": False, "archived": True, "all": None}


def show_setting(setting: Setting) -> dict[str, Any]:
    """A setting as clients see it."""
    return {
        "id": setting.id,
        **setting.values,
        "status": "archived" if setting.is_archived else "active",
        "version": setting.version,
        "created_at": setting.created_on,
        "updated_at": setting.modified_on,
    }


def show_row(row: dict[str, Any]) -> dict[str, Any]:
    """The same from a row of the read model."""
    return {
        "id": row["id"],
        **row["fields"],
        "status": "archived" if row["is_archived"] else "active",
        "version": row["version"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def _presented(message: str, status: int = 200) -> Callable[[Setting], Written]:
    return lambda setting: written(show_setting(setting), message, status=status, version=setting.version)


def _schemas(told: Declaration) -> tuple[Schema, Schema, Schema]:
    """What a create takes, what an edit takes, and what is answered."""
    noun = told.kind.__name__
    create = Body.from_dict({"id": Id(), **told.fields}, name=f"{noun}Create")
    editable = {name: kind for name, kind in told.fields.items() if name not in told.fixed}
    edit = Body.from_dict(editable, name=f"{noun}Edit")
    answer = Body.from_dict(
        {
            "id": Id(),
            **told.fields,
            **({told.owner: Id()} if told.owner else {}),
            "status": fields.String(validate=validate.OneOf(["active", "archived"])),
            "version": Whole(),
            "created_at": Moment(),
            "updated_at": Moment(),
        },
        name=noun,
    )
    return create(), edit(partial=True), answer()


class SettingList(Resource):
    """All of one kind."""

    def __init__(self, house: House, told: Declaration) -> None:
        super().__init__(house)
        self.told = told
        noun = told.kind.noun
        create, _, answer = _schemas(told)
        duplicates = (DuplicateName, DuplicateCode) if "code" in told.fields else (DuplicateName,)
        self.operations = {
            "on_get": Operation(
                permission=f"{told.permission}.view",
                summary=f"List {told.kind.kind.replace('-', ' ')}",
                query=SettingsQuery(),
                answer=answer,
                many=True,
            ),
            "on_post": Operation(
                permission=f"{told.permission}.create",
                summary=f"Add a {noun}",
                body=create,
                answer=answer,
                status=201,
                refusals=(*duplicates, DuplicateId, ConcurrentEdit),
            ),
        }

    def on_get(self, req: Request, resp: Response, **path: UUID) -> None:
        """One page, archived ones only on request."""
        query, told = req.context.query, self.told

        def question(reading: Reading) -> tuple[list[dict[str, Any]], int]:
            told.check_owner(reading, req.context.caller, path)
            return list_settings(
                reading.db,
                told.kind.kind,
                page=query["page"],
                limit=query["limit"],
                search=query.get("search"),
                sort=query["sort"],
                archived=_ARCHIVED[query["status"]],
                parent_id=told.owner_of(path) or query.get("parent_id") or query.get("store_id"),
                ids=req.context.caller.store_ids if told.bound_to_store else (),
            )

        rows, total = self.ask(req, resp, question)
        resp.media = page_of([show_row(row) for row in rows], total, query["page"], query["limit"])

    def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
        """Set one up."""
        told, values = self.told, dict(req.context.body)
        setting_id = values.pop("id", None) or uuid4()
        if told.owner is not None:
            self.ask(req, resp, lambda reading: told.check_owner(reading, req.context.caller, path))
            values[told.owner] = path[told.owner]
        if told.defaults is not no_defaults:
            values = {**self.ask(req, resp, told.defaults), **values}
        command = RegisterSetting(kind=told.kind, id=setting_id, values=values)
        message = f"{told.kind.noun.capitalize()} added"
        self.write(req, resp, register_setting, command, _presented(message, 201))


class SettingById(Resource):
    """One of a kind."""

    def __init__(self, house: House, told: Declaration) -> None:
        super().__init__(house)
        self.told = told
        noun = told.kind.noun
        _, edit, answer = _schemas(told)
        edits = (StaleVersion, AlreadyArchived, ConcurrentEdit)
        duplicates = (DuplicateName, DuplicateCode) if "code" in told.fields else (DuplicateName,)
        self.operations = {
            "on_get": Operation(
                permission=f"{told.permission}.view",
                summary=f"Show a {noun}",
                query=AsOfQuery(),
                answer=answer,
            ),
            "on_patch": Operation(
                permission=f"{told.permission}.edit",
                summary=f"Edit a {noun}",
                body=edit,
                answer=answer,
                refusals=(*duplicates, *edits),
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
        bound = req.context.caller.store_ids if told.bound_to_store or told.owner else ()
        as_of = req.context.query.get("as_of")
        found = self.ask(req, resp, lambda reading: reading.aggregates(told.kind, [setting_id], as_of))
        owner = told.owner_of(path)
        if not found or (bound and (owner or setting_id) not in bound):
            raise Missing
        if owner and found[0].values[told.owner] != owner:
            raise Missing
        self.show(req, resp, ok(show_setting(found[0])), found[0].version)

    def on_patch(self, req: Request, resp: Response, **path: UUID) -> None:
        """Edit some of its fields."""
        command = ReviseSetting(
            kind=self.told.kind,
            id=path[self.told.id_name],
            changes=req.context.body,
            expected_version=expected_version(req),
            owner=self.told.owner_of(path),
        )
        message = f"{self.told.kind.noun.capitalize()} changed"
        self.write(req, resp, revise_setting, command, _presented(message))

    def on_delete(self, req: Request, resp: Response, **path: UUID) -> None:
        """Put it out of use; its history stays."""
        command = ArchiveSetting(
            kind=self.told.kind,
            id=path[self.told.id_name],
            expected_version=expected_version(req),
            owner=self.told.owner_of(path),
        )
        message = f"{self.told.kind.noun.capitalize()} archived"
        self.write(req, resp, archive_setting, command, _presented(message))


def add_setting(app: App[Request, Response], house: House, told: Declaration) -> None:
    """The routes of one kind of setting."""
    app.add_route(told.path, SettingList(house, told))
    app.add_route(f"{told.path}/{{{told.id_name}:uuid}}", SettingById(house, told))
