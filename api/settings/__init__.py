"""Brands, units, suppliers, stores, registers …: one declaration each, one behaviour.

What a kind looks like stands in the file of its name (`api/stores.py`, `api/catalog/brands.py` …).
"""

from falcon import App, Request, Response

from api.services import Services
from api.settings.declaration import Beside, Declaration, Tree
from api.settings.listing import SettingList, SettingListing
from api.settings.single import SettingById, SettingSwitch

__all__ = ["Beside", "Declaration", "SettingById", "SettingList", "SettingListing", "Tree", "add_setting"]


def add_setting(
    app: App[Request, Response],
    services: Services,
    declared: Declaration,
    every: type[SettingList] = SettingList,
    one: type[SettingById] = SettingById,
) -> None:
    """The routes of one kind of setting; a kind that decides more than others has resources of its own."""
    app.add_route(declared.path, every(services, declared))
    single = f"{declared.path}/{{{declared.id_name}:uuid}}"
    app.add_route(single, one(services, declared))
    if declared.kind.switches():
        app.add_route(f"{single}/activate", SettingSwitch(services, declared, is_active=True))
        app.add_route(f"{single}/deactivate", SettingSwitch(services, declared, is_active=False))
