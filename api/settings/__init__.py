"""Brands, units, suppliers, stores, registers …: one declaration each, one behaviour.

What a kind looks like stands in the file of its name (`api/stores.py`, `api/catalog/brands.py` …).
"""

from falcon import App, Request, Response

from api.services import Services
from api.settings.declaration import Declaration, Tree
from api.settings.listing import SettingList, SettingListing
from api.settings.single import SettingById, SettingSwitch

__all__ = ["Declaration", "SettingListing", "Tree", "add_setting"]


def add_setting(app: App[Request, Response], services: Services, declared: Declaration) -> None:
    """The routes of one kind of setting."""
    app.add_route(declared.path, SettingList(services, declared))
    single = f"{declared.path}/{{{declared.id_name}:uuid}}"
    app.add_route(single, SettingById(services, declared))
    if declared.kind.switches():
        app.add_route(f"{single}/activate", SettingSwitch(services, declared, is_active=True))
        app.add_route(f"{single}/deactivate", SettingSwitch(services, declared, is_active=False))
