"""Brands, categories, units, tax rates, stores, storages, registers: one declaration each, one behaviour."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from falcon import App, Request, Response
from marshmallow import Schema, fields, validate

from api.envelope import ok, page_of, written
from api.fields import Body, Code, Currency, DayCut, Exact, Flag, Id, Moment, Name, Percent, Text, Timezone, Whole
from api.gateway import House, Reading
from api.operations import operation
from api.resource import Resource, expected_version
from commands.outcomes import Response as Written
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from commands.settings import (
    ArchiveSetting,
    RegisterSetting,
    ReviseSetting,
    archive_setting,
    register_setting,
    revise_setting,
)
from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.units import Unit
from domain.entities import AlreadyArchived
from domain.registers import Register
from domain.settings import DuplicateCode, DuplicateName, InUse, Setting
from domain.storages import Storage
from domain.stores import Store
from domain.tax_rates import TaxRate
from projections.companies import find_company
from projections.settings import list_settings

Defaults = Callable[[Reading], dict[str, Any]]


def _no_defaults(reading: Reading) -> dict[str, Any]:
    del reading
    return {}


def _store_defaults(reading: Reading) -> dict[str, Any]:
    """A new store runs by its company's clock and currency unless it says otherwise."""
    company = find_company(reading.db)
    return {"timezone": company["timezone"], "currency": company["currency"]} if company else {}


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """How a kind of setting appears in the API."""

    kind: type[Setting]
    path: str
    permission: str
    title: str
    fields: dict[str, fields.Field[Any]]
    fixed: tuple[str, ...] = ()
    bound_to_store: bool = False
    defaults: Defaults = field(default=_no_defaults)
    #: The path's parameter that says to what the collection belongs, if it hangs under something.
    owner: str | None = None

    @property
    def id_name(self) -> str:
        """The path's parameter for one of them, such as `tax_rate_id`."""
        return f"{self.kind.noun.replace(' ', '_')}_id"


def _optional(longest: int = 500) -> Text:
    return Text(longest=longest, allow_none=True, load_default=None)


DECLARATIONS = (
    Declaration(
        kind=Store,
        path="/api/admin/stores",
        permission="stores",
        title="Stores",
        bound_to_store=True,
        defaults=_store_defaults,
        fixed=("currency",),
        fields={
            "name": Name(required=True),
            "code": Code(required=True),
            "timezone": Timezone(),
            "day_cut": DayCut(load_default="00:00"),
            "currency": Currency(),
            "address": _optional(),
            "phone": _optional(50),
            "receipt_header": _optional(2000),
            "receipt_footer": _optional(2000),
            "default_storage_id": Id(allow_none=True, load_default=None),
        },
    ),
    Declaration(
        kind=Storage,
        path="/api/admin/storages",
        permission="storages",
        title="Storages",
        fields={
            "name": Name(required=True),
            "code": Code(required=True),
            "store_id": Id(allow_none=True, load_default=None),
            "address": _optional(),
            "allow_negative": Flag(load_default=False),
        },
    ),
    Declaration(
        kind=Brand,
        path="/api/admin/settings/brands",
        permission="brands",
        title="Brands",
        fields={"name": Name(required=True), "description": _optional(2000)},
    ),
    Declaration(
        kind=Category,
        path="/api/admin/settings/categories",
        permission="categories",
        title="Categories",
        fields={"name": Name(required=True), "parent_id": Id(allow_none=True, load_default=None)},
    ),
    Declaration(
        kind=Unit,
        path="/api/admin/settings/units",
        permission="units",
        title="Units",
        fields={
            "name": Name(required=True),
            "symbol": Text(shortest=1, longest=20, required=True),
            "precision": Whole(least=0, most=5, load_default=0),
            "base_unit_id": Id(allow_none=True, load_default=None),
            "factor": Exact(above=0, most=1_000_000_000, allow_none=True, load_default=None),
        },
    ),
    Declaration(
        kind=TaxRate,
        path="/api/admin/settings/tax-rates",
        permission="tax_rates",
        title="Tax rates",
        fields={
            "name": Name(required=True),
            "rate": Percent(required=True),
            "inclusive": Flag(load_default=False),
            "jurisdiction": _optional(200),
        },
    ),
)

REGISTERS = Declaration(
    kind=Register,
    path="/api/admin/stores/{store_id:uuid}/registers",
    permission="stores",
    title="Registers",
    owner="store_id",
    fields={"name": Name(required=True), "code": Code(required=True)},
)


class ListQuery(Body):
    """How lists are paged, searched and sorted."""

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


def _resources(told: Declaration, house: House) -> tuple[Resource, Resource]:
    """The collection and the single resource of a kind."""
    create, edit, answer = _schemas(told)
    kind, noun, title = told.kind, told.kind.noun, told.title
    article = "an" if noun[0] in "aeiou" and not noun.startswith("uni") else "a"

    def presented(message: str, status: int = 200) -> Callable[[Setting], Written]:
        return lambda setting: written(show_setting(setting), message, status=status, version=setting.version)

    def owner_of(path: dict[str, UUID]) -> UUID | None:
        return path[told.owner] if told.owner else None

    def belongs(setting: Setting, path: dict[str, UUID]) -> bool:
        return told.owner is None or setting.values[told.owner] == path[told.owner]

    class Collection(Resource):
        @operation(
            f"{told.permission}.view", f"List {title.lower()}", query=SettingsQuery(), answer=answer, many=True
        )
        def on_get(self, req: Request, resp: Response, **path: UUID) -> None:
            query = req.context.query
            bound = req.context.caller.store_ids if told.bound_to_store else ()
            rows, total = self.ask(
                req,
                resp,
                lambda reading: list_settings(
                    reading.db,
                    kind.kind,
                    page=query["page"],
                    limit=query["limit"],
                    search=query.get("search"),
                    sort=query["sort"],
                    archived=_ARCHIVED[query["status"]],
                    parent_id=owner_of(path) or query.get("parent_id") or query.get("store_id"),
                    ids=bound,
                ),
            )
            resp.media = page_of([show_row(row) for row in rows], total, query["page"], query["limit"])

        @operation(
            f"{told.permission}.create",
            f"Add {article} {noun}",
            body=create,
            answer=answer,
            status=201,
            refusals=(DuplicateName, *((DuplicateCode,) if "code" in told.fields else ()), ConcurrentEdit),
        )
        def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
            values = dict(req.context.body)
            setting_id = values.pop("id", None) or uuid4()
            if told.owner is not None:
                values[told.owner] = path[told.owner]
            if told.defaults is not _no_defaults:
                values = {**self.ask(req, resp, told.defaults), **values}
            self.write(
                req,
                resp,
                register_setting,
                RegisterSetting(kind=kind, id=setting_id, values=values),
                presented(f"{noun.capitalize()} added", 201),
            )

    class Single(Resource):
        @operation(f"{told.permission}.view", f"Show {article} {noun}", query=AsOfQuery(), answer=answer)
        def on_get(self, req: Request, resp: Response, **path: UUID) -> None:
            setting_id = path[told.id_name]
            as_of = req.context.query.get("as_of")
            bound = req.context.caller.store_ids if told.bound_to_store else ()
            found = self.ask(req, resp, lambda reading: reading.aggregates(kind, [setting_id], as_of))
            if not found or (bound and setting_id not in bound) or not belongs(found[0], path):
                raise Missing
            self.show(req, resp, ok(show_setting(found[0])), found[0].version)

        @operation(
            f"{told.permission}.edit",
            f"Edit {article} {noun}",
            body=edit,
            answer=answer,
            refusals=(DuplicateName, StaleVersion, AlreadyArchived, ConcurrentEdit),
        )
        def on_patch(self, req: Request, resp: Response, **path: UUID) -> None:
            command = ReviseSetting(
                kind=kind,
                id=path[told.id_name],
                changes=req.context.body,
                expected_version=expected_version(req),
                owner=owner_of(path),
            )
            self.write(req, resp, revise_setting, command, presented(f"{noun.capitalize()} changed"))

        @operation(
            f"{told.permission}.archive",
            f"Archive {article} {noun}",
            answer=answer,
            refusals=(InUse, StaleVersion, AlreadyArchived, ConcurrentEdit),
        )
        def on_delete(self, req: Request, resp: Response, **path: UUID) -> None:
            command = ArchiveSetting(
                kind=kind,
                id=path[told.id_name],
                expected_version=expected_version(req),
                owner=owner_of(path),
            )
            self.write(req, resp, archive_setting, command, presented(f"{noun.capitalize()} archived"))

    return Collection(house), Single(house)


def add_routes(app: App[Request, Response], house: House) -> None:
    """The routes of every kind of setting."""
    for told in (*DECLARATIONS, REGISTERS):
        collection, single = _resources(told, house)
        app.add_route(told.path, collection)
        app.add_route(f"{told.path}/{{{told.id_name}:uuid}}", single)
