"""All settings of one kind: to be looked at, and a place to add to them."""

from uuid import UUID, uuid4

from falcon import Request, Response

from api.answers import Answer
from api.operations import Operation
from api.queries import LISTED
from api.resource import Resource, requested_stores
from api.services import Reading, Services
from api.settings.declaration import Declaration, Tree
from api.settings.presenter import fields_of_row, presenter_of, show_rows
from api.settings.queries import query_of
from commands.ports import ConcurrentEdit, DuplicateId
from commands.settings import RegisterSetting, register_setting, with_position
from projections.settings import list_settings

_ABOUT_TREE = (
    "With `tree=true` the whole tree but the archived: the roots by name, each with its `children`, and so "
    "on, without `path`, on one page; it is refused if there are more than 10,000 of them."
)


class SettingListing(Resource):
    """All of one kind, to be looked at."""

    def __init__(self, services: Services, declared: Declaration) -> None:
        super().__init__(services)
        self.declared = declared
        self.operations = {
            "on_get": Operation(
                permission=f"{declared.permission}.view",
                summary=f"List {declared.kind.kind.replace('-', ' ')}",
                description=_ABOUT_TREE if declared.tree else "",
                query=query_of(declared),
                answer=declared.answer,
                many=True,
                refusals=(declared.tree.too_large,) if declared.tree else (),
            )
        }

    def on_get(self, req: Request, resp: Response, **path: UUID) -> None:
        """One page, archived ones only on request."""
        query, declared, caller = req.context.query, self.declared, req.context.caller
        if declared.tree and query["tree"]:
            self._answer_tree(req, resp, declared.tree)
            return
        store_ids = requested_stores(query.get("store_id"), caller) if declared.kind.store_field else ()

        def question(reading: Reading) -> tuple[list[Answer], int]:
            check_owner = declared.ask_owner(reading, caller, path)
            rows, total = list_settings(
                reading.db,
                declared.kind.kind,
                page=query["page"],
                limit=query["limit"],
                search=query.get("search"),
                sort=query["sort"],
                parent_id=declared.owner_of(path) or query.get("parent_id"),
                store_ids=store_ids,
                storeless=query.get("store_id") is None,
                **LISTED[query.get("status")],
            )
            check_owner()
            return show_rows(declared, reading.db, rows), total

        self.answer_page(req, resp, *self.ask(req, resp, question))

    def _answer_tree(self, req: Request, resp: Response, tree: Tree) -> None:
        roots = self.ask(req, resp, lambda reading: tree.whole(reading.db, fields_of_row))
        self.answer_all(req, resp, [self.declared.answer.of(root) for root in roots])


class SettingList(SettingListing):
    """All of one kind, and a place to add to them."""

    def __init__(self, services: Services, declared: Declaration) -> None:
        super().__init__(services, declared)
        self.operations["on_post"] = Operation(
            permission=f"{declared.permission}.create",
            summary=f"Add a {declared.kind.noun}",
            body=declared.creation,
            answer=declared.answer,
            status=201,
            refusals=(*declared.duplicates, *declared.limits, DuplicateId, ConcurrentEdit),
        )

    def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
        """Set one up."""
        declared, values = self.declared, dict(req.context.body)
        setting_id = values.pop("id", None) or uuid4()
        if declared.owner is not None:
            self.ask(req, resp, lambda reading: declared.ask_owner(reading, req.context.caller, path)())
            values[declared.owner] = path[declared.owner]
        self.create(
            req,
            resp,
            with_position(register_setting),
            RegisterSetting(kind=declared.kind, id=setting_id, values=values),
            presenter_of(declared),
            message=f"{declared.kind.noun.capitalize()} added",
            beside=path,
        )
