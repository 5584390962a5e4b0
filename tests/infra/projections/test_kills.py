"""A worker may die anywhere: what it leaves is whole, and the next one goes on from there."""

import socket
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES

KILLS = 200


class Fuse:
    """Counts statements and then cuts the line: from this end, or from the server's."""

    def __init__(self, owner: psycopg.Connection[Any]) -> None:
        self.remaining = 0
        self.by_server = False
        self.blown = 0
        self._owner = owner

    def light(self, statements: int, *, by_server: bool) -> None:
        self.remaining, self.by_server = statements, by_server

    def burn(self, connection: psycopg.Connection[Any]) -> None:
        self.remaining -= 1
        if self.remaining != 0:
            return
        self.blown += 1
        if self.by_server:
            self._owner.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        else:
            with socket.socket(fileno=connection.fileno()) as line:
                line.shutdown(socket.SHUT_RDWR)
                line.detach()


class MortalWorker(Worker):
    """A worker whose connections hang on a fuse."""

    def __init__(self, fuse: Fuse, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._fuse = fuse

    def connect(self) -> psycopg.Connection[Any]:
        fuse = self._fuse

        class FusedCursor(psycopg.Cursor[Any]):
            def execute(self, *args: Any, **options: Any) -> Any:
                fuse.burn(self.connection)
                return super().execute(*args, **options)

        connection = super().connect()
        connection.cursor_factory = FusedCursor
        return connection


@pytest.mark.parametrize("by_server", [False, True])
def test_a_worker_killed_again_and_again_ends_as_a_rebuild_does(
    database: Any, shop: Any, by_server: bool
) -> None:
    shop.open_doors()
    shop.receive(shop.variants, 1000, 250)
    random = Random(42)
    with psycopg.connect(database.owner, autocommit=True) as owner:
        fuse = Fuse(owner)
        worker = MortalWorker(fuse, database.worker, EVENT_TYPES, database.models, batch=4)
        while fuse.blown < KILLS // 2:
            if shop.checkpoint("turnover")[0] > shop.head() - 8:
                for _ in range(10):
                    shop.sell(random.sample(shop.variants, 2), random.randrange(1, 28))
                shop.register_brands(*(f"{random.choice('ABC')} of {uuid4()}" for _ in range(5)))
            fuse.light(random.randrange(1, 40), by_server=by_server)
            try:
                worker.step()
            except (psycopg.OperationalError, psycopg.InterfaceError):
                continue
    fuse.remaining = -1
    while worker.step():
        pass
    for model in database.models:
        if model.mode == "async":
            assert shop.checkpoint(model.name) == (shop.head(), False, None)
            assert shop.verify(model.name).differences == ()
            assert shop.rebuild(model.name).rows_changed == 0


def test_what_a_dead_worker_held_is_free_at_once(database: Any, shop: Any) -> None:
    shop.register_brands("Arabica")
    dying = psycopg.connect(database.worker, autocommit=True)
    dying.execute("BEGIN")
    dying.execute("SELECT 1 FROM projection_checkpoints WHERE company_id = %s FOR UPDATE", [shop.company_id])
    assert database.follow().step() == 0
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 1000)", [dying.info.backend_pid])
    database.follow().step()
    assert shop.checkpoint("brand_initials")[0] == 1
