"""One setting: to be shown, edited, archived, and put out of use for a time."""

from uuid import UUID

from falcon import Request, Response

from api.entities import EDITS
from api.etags import expected_versions
from api.operations import Operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading, Services
from api.settings.declaration import Declaration
from api.settings.presenter import presenter_of, show_setting
from commands.ports import Missing
from commands.settings import (
    ArchiveSetting,
    ReviseSetting,
    SwitchSetting,
    archive_setting,
    revise_setting,
    switch_setting,
    with_position,
)
from domain.settings import InUse, Setting
from projections.base import Row

_ABOUT_POSITION = (
    "A look into the past (`as_of`) is without `path`, `depth` and the counts. The `ETag` is that of the "
    "category's own fields; what lies above it and how many products there are may change under it."
)


class SettingById(Resource):
    """One of a kind."""

    def __init__(self, services: Services, declared: Declaration) -> None:
        super().__init__(services)
        self.declared = declared
        noun = declared.kind.noun
        self.operations = {
            "on_get": Operation(
                permission=f"{declared.permission}.view",
                summary=f"Show a {noun}",
                description=_ABOUT_POSITION if declared.tree else "",
                query=AsOfQuery(),
                answer=declared.answer,
            ),
            "on_patch": Operation(
                permission=f"{declared.permission}.edit",
                summary=f"Edit a {noun}",
                body=declared.edit,
                answer=declared.answer,
                refusals=(*declared.duplicates, *declared.edit_refusals, *EDITS),
            ),
            "on_delete": Operation(
                permission=f"{declared.permission}.archive",
                summary=f"Archive a {noun}",
                answer=declared.answer,
                refusals=(InUse, *EDITS),
            ),
        }

    def on_get(self, req: Request, resp: Response, **path: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        declared, setting_id = self.declared, path[self.declared.id_name]
        as_of = req.context.query.get("as_of")

        def question(reading: Reading) -> tuple[list[Setting], Row]:
            # Where it stood in the past is not kept, so a look there does without.
            ask = declared.asks if as_of is None else None
            places = ask(reading.db, [setting_id]) if ask else dict
            return reading.aggregates(declared.kind, [setting_id], as_of), places().get(setting_id, {})

        settings, position = self.ask(req, resp, question)
        if not settings or not settings[0].is_visible(req.context.caller.store_ids):
            raise Missing
        owner = declared.owner_of(path)
        if owner and settings[0].values[declared.owner or ""] != owner:
            raise Missing
        self.show(req, resp, show_setting(declared, settings[0], position))

    def on_patch(self, req: Request, resp: Response, **path: UUID) -> None:
        """Edit some of its fields."""
        declared = self.declared
        command = ReviseSetting(
            kind=declared.kind,
            id=path[declared.id_name],
            changes=req.context.body,
            expected_versions=expected_versions(req),
            owner=declared.owner_of(path),
        )
        message = f"{declared.kind.noun.capitalize()} changed"
        self.write(req, resp, with_position(revise_setting), command, presenter_of(declared), message=message)

    def on_delete(self, req: Request, resp: Response, **path: UUID) -> None:
        """Put it out of use; its history stays."""
        declared = self.declared
        command = ArchiveSetting(
            kind=declared.kind,
            id=path[declared.id_name],
            expected_versions=expected_versions(req),
            owner=declared.owner_of(path),
        )
        message = f"{declared.kind.noun.capitalize()} archived"
        self.write(
            req, resp, with_position(archive_setting), command, presenter_of(declared), message=message
        )


class SettingSwitch(Resource):
    """Puts one of a kind out of use for a time, or back to it."""

    def __init__(self, services: Services, declared: Declaration, *, is_active: bool) -> None:
        super().__init__(services)
        self.declared = declared
        self.is_active = is_active
        self.operations = {
            "on_post": Operation(
                permission=f"{declared.permission}.edit",
                summary=f"{'Activate' if is_active else 'Deactivate'} a {declared.kind.noun}",
                answer=declared.answer,
                refusals=(*(declared.limits if is_active else ()), *EDITS),
            )
        }

    def on_post(self, req: Request, resp: Response, **path: UUID) -> None:
        """Switch it; what is so already stays as it is."""
        declared = self.declared
        command = SwitchSetting(
            kind=declared.kind,
            id=path[declared.id_name],
            is_active=self.is_active,
            expected_versions=expected_versions(req),
            owner=declared.owner_of(path),
        )
        message = f"{declared.kind.noun.capitalize()} {'activated' if self.is_active else 'deactivated'}"
        self.write(req, resp, with_position(switch_setting), command, presenter_of(declared), message=message)
