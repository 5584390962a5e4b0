"""An auditor is mailed the newest checkpoint: once a day at most, and never one that they have."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.seals.checkpoints import read_note
from infra.jobs.seal_letters import SealLetters
from infra.outbox.messages import Outbox
from tests.conftest import WRITER

SETTINGS = "/api/admin/settings/company"
AUDITOR = "office@accountant.example"


class Desk:
    """A company, and what is written of its log into a folder of the test's own."""

    def __init__(self, shop: Any, folder: Path) -> None:
        self.shop = shop
        self.admin = shop.client()
        self._folder = folder
        self._letters = SealLetters(Outbox(folder))

    def write(self, later: timedelta = timedelta()) -> list[Any]:
        """The letters of this company that are written at that time."""
        for file in self._folder.glob("*.eml"):
            file.unlink()
        with psycopg.connect(self.shop.service.database.worker, autocommit=True) as connection:
            self._letters.send(connection, WRITER, datetime.now(UTC) + later)
        letters = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in self._folder.glob("*.eml")
        ]
        return [one for one in letters if str(self.shop.company_id) in one["subject"]]

    def seal(self) -> Any:
        return self.admin.post("/api/audit/seals").data

    def name(self, auditor: str | None) -> None:
        assert self.admin.patch(SETTINGS, {"auditor_email": auditor}).data["auditor_email"] == auditor


@pytest.fixture
def desk(stocked: Any, tmp_path: Path) -> Desk:
    return Desk(stocked.shop, tmp_path)


def test_the_newest_checkpoint_is_mailed_once_a_day(desk: Desk, stocked: Any) -> None:
    desk.seal()
    assert desk.write() == []
    desk.name(AUDITOR)
    seal = desk.seal()
    [letter] = desk.write()
    assert letter["to"] == AUDITOR
    text = letter.get_content()
    note = text.partition("----- FILE -----\n")[2].partition("----- END -----")[0]
    assert note == seal["checkpoint"]
    assert read_note(note).checkpoint.size == seal["size"]
    assert seal["vkey"] in text

    stocked.sell(1)
    newer = desk.seal()
    assert desk.write() == []
    [letter] = desk.write(timedelta(days=1, minutes=1))
    assert newer["checkpoint"] in letter.get_content()
    assert desk.write(timedelta(days=3)) == []


def test_nothing_is_mailed_to_nobody(desk: Desk) -> None:
    desk.name(AUDITOR)
    desk.name(None)
    desk.seal()
    assert desk.write() == []


def test_an_address_is_one(desk: Desk) -> None:
    answer = desk.admin.patch(SETTINGS, {"auditor_email": "nobody"})
    assert (answer.status, answer.json["error"]["details"][0]["field"]) == (422, "auditor_email")


def test_a_new_epoch_is_told_at_once(desk: Desk) -> None:
    desk.name(AUDITOR)
    desk.seal()
    assert len(desk.write()) == 1
    with psycopg.connect(desk.shop.service.database.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO log_epochs (company_id, number, from_position)"
            " SELECT company_id, 2, position FROM company_head WHERE company_id = %s",
            [desk.shop.company_id],
        )
    seal = desk.seal()
    [letter] = desk.write()
    assert seal["epoch"] == 2
    assert seal["checkpoint"] in letter.get_content()
