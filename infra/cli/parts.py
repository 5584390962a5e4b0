"""What commands need of the database, opened when the first of them asks for it."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from infra.runtime.settings import SettingsError, load_settings


class Parts:
    """What commands need of the database, opened when the first of them asks for it."""

    def __init__(self, context: click.Context) -> None:
        self._context = context

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    @cached_property
    def addresses(self) -> Any:
        """How each part connects to the database, which is there and migrated."""
        from infra.runtime.databases import database_as_it_is  # noqa: PLC0415

        return self._context.with_resource(database_as_it_is(load_settings(os.environ)))

    @property
    def writer(self) -> Any:
        """The event writer over every event type and read model."""
        from infra.runtime.services import make_event_writer  # noqa: PLC0415

        return make_event_writer()

    def app_pool(self) -> Any:
        """A pool of connections as the application."""
        from infra.runtime.services import open_pool  # noqa: PLC0415

        return open_pool(self.addresses.app, 2)

    def app_conninfo(self) -> str:
        """How the application connects."""
        return str(self.addresses.app)

    def owner_conninfo(self) -> str:
        """How the owner of the database connects. Raises SettingsError where nobody named them."""
        if self.addresses.owner is None:
            raise SettingsError(["DATABASE_URL is required: only the owner of the database can do that."])
        return str(self.addresses.owner)

    @property
    def tombstones(self) -> Path:
        """The file that lists who was forgotten."""
        return load_settings(os.environ).tombstones

    def worker_conninfo(self) -> str:
        """How a background worker connects."""
        return str(self.addresses.worker)
