"""Whoever was forgotten stays forgotten, whatever is restored; and data keys can be changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner

from domain.customers import ERASED_NAME, Customer
from infra.cli.erasures import erasures
from infra.cli.keys import keys
from infra.decisions.erasures import erase_again
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.eventstore.data_keys import DataKeys, NoDataKey
from infra.eventstore.rewrapping import rewrap
from infra.eventstore.tombstones import Tombstone, TombstonesUnreadable, add_tombstones, read_tombstones
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.runtime.databases import DataKeyMissing, check_data_keys, forget_again
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.settings import SettingsError, load_settings
from projections.customers import Customers
from projections.search.customer_index import CustomerSearch
from tests.conftest import DATA_KEY, Database

OTHER_KEY = "another data key of at least 32 characters"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)


class Shop:
    """A company with customers, over a connection of the application's."""

    def __init__(self, database: Database) -> None:
        self.company_id, self.database = uuid4(), database
        self.connection = psycopg.connect(database.app, autocommit=True)
        with transaction(self.connection, self.company_id) as db:
            db.execute("SELECT open_company(%(company_id)s)", {"company_id": self.company_id})

    def register(self, name: str) -> UUID:
        customer = Customer.begin(Customer.Registered, uuid4(), name=name, phone="1")
        with transaction(self.connection, self.company_id) as db:
            WRITER.record(db, customer.new_events(), Metadata(at=NOON)).rows()
        return customer.id

    def row(self, customer_id: UUID) -> dict[str, Any]:
        statement = "SELECT * FROM customers WHERE company_id = %(company_id)s AND id = %(id)s"
        with transaction(self.connection, self.company_id, reading=True) as db:
            row = db.ask(statement, {"company_id": self.company_id, "id": customer_id}).row()
        assert row is not None
        return row

    def data_key_ids(self) -> set[bytes]:
        statement = "SELECT kek_id FROM subject_keys WHERE company_id = %(company_id)s"
        with transaction(self.connection, self.company_id, reading=True) as db:
            return {row["kek_id"] for row in db.ask(statement, {"company_id": self.company_id}).rows()}

    def keys(self) -> int:
        statement = "SELECT FROM subject_keys WHERE company_id = %(company_id)s"
        with transaction(self.connection, self.company_id, reading=True) as db:
            return len(db.ask(statement, {"company_id": self.company_id}).rows())

    def tombstone(self, customer_id: UUID) -> Tombstone:
        return Tombstone(self.company_id, customer_id, 7, NOON)


@pytest.fixture
def shop(database: Database) -> Iterator[Shop]:
    shop = Shop(database)
    yield shop
    shop.connection.close()


class TestAfterAnOlderBackupWasRestored:
    def test_the_erased_are_forgotten_again_everywhere(self, shop: Shop) -> None:
        ada, grace = shop.register("Ada"), shop.register("Grace")
        elsewhere = Tombstone(uuid4(), uuid4(), 1, NOON)
        tombstones = [shop.tombstone(ada), elsewhere]
        assert erase_again(shop.connection, WRITER, tombstones, NOON) == 1
        row = shop.row(ada)
        assert (row["name"], row["phone"], row["erased_at"]) == (ERASED_NAME, None, NOON)
        assert shop.row(grace)["name"] == "Grace"
        assert shop.keys() == 1
        for model in (Customers(), CustomerSearch()):
            assert verify(shop.database.worker, EVENT_TYPES, model, shop.company_id).is_true

    def test_nothing_happens_twice(self, shop: Shop) -> None:
        ada = shop.register("Ada")
        for expected in (1, 0):
            assert erase_again(shop.connection, WRITER, [shop.tombstone(ada)], NOON) == expected
        assert shop.row(ada)["version"] == 2

    def test_who_is_not_in_the_dump_at_all_is_kept_in_mind(self, shop: Shop) -> None:
        assert erase_again(shop.connection, WRITER, [shop.tombstone(uuid4())], NOON) == 1

    def test_a_list_from_elsewhere_is_applied_by_hand(self, shop: Shop, tmp_path: Path) -> None:
        ada, file = shop.register("Ada"), tmp_path / "erasures.txt"
        add_tombstones(file, [shop.tombstone(ada)])
        parts = {"app_conninfo": lambda: shop.database.app, "writer": WRITER}
        done = CliRunner().invoke(erasures, ["apply", str(file)], obj=parts)
        assert "Persons listed: 1; forgotten now that were not: 1." in done.output
        assert shop.row(ada)["name"] == ERASED_NAME

    def test_a_start_forgets_whom_the_list_in_the_data_folder_names(
        self, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ada, starts = shop.register("Ada"), load_settings({"MIPOS_DATA_DIR": str(tmp_path)})
        add_tombstones(starts.tombstones, [shop.tombstone(ada)])
        for _ in range(2):
            forget_again(shop.database.app, starts)
        assert shop.row(ada)["name"] == ERASED_NAME
        assert capsys.readouterr().err.count("Forgot 1 persons again") == 1

    def test_a_start_with_a_list_that_cannot_be_read_is_none(self, shop: Shop, tmp_path: Path) -> None:
        starts = load_settings({"MIPOS_DATA_DIR": str(tmp_path)})
        starts.tombstones.write_text("Ada\n")
        with pytest.raises(SettingsError, match="line 1"):
            forget_again(shop.database.app, starts)


class TestTheList:
    def test_holds_each_person_once(self, tmp_path: Path) -> None:
        file, one, other = tmp_path / "erasures.txt", *(Tombstone(uuid4(), uuid4(), 1, NOON) for _ in "ab")
        assert add_tombstones(file, [one]) == 1
        assert add_tombstones(file, [one, other]) == 1
        assert read_tombstones(file) == [one, other]

    def test_goes_on_after_a_line_that_was_cut(self, tmp_path: Path) -> None:
        file, one, other = tmp_path / "erasures.txt", *(Tombstone(uuid4(), uuid4(), 1, NOON) for _ in "ab")
        add_tombstones(file, [one, other])
        file.write_text(file.read_text()[:-20])
        assert read_tombstones(file) == [one]
        add_tombstones(file, [one, other])
        assert read_tombstones(file) == [one, other]

    def test_that_is_none_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "erasures.txt"
        file.write_text("Ada\n")
        with pytest.raises(TombstonesUnreadable, match="line 1"):
            read_tombstones(file)


class TestAnotherDataKey:
    def test_keeps_every_key_so_that_the_former_can_go(self, shop: Shop) -> None:
        ids = [shop.register(f"Customer {number}") for number in range(5)]
        both, today = DataKeys(), DataKeys()
        both.load(OTHER_KEY, [DATA_KEY])
        today.load(OTHER_KEY)
        heard = list[int]()
        assert rewrap(shop.connection, both, shop.company_id, heard.append) == sum(heard) == len(ids)
        assert shop.data_key_ids() == {today.current_id}
        assert rewrap(shop.connection, today, shop.company_id) == 0
        # Back, so that others can read again.
        back = DataKeys()
        back.load(DATA_KEY, [OTHER_KEY])
        assert rewrap(shop.connection, back, shop.company_id) == len(ids)

    def test_is_refused_without_the_one_they_are_kept_under(self, shop: Shop) -> None:
        shop.register("Ada")
        today = DataKeys()
        today.load(OTHER_KEY)
        with pytest.raises(NoDataKey):
            rewrap(shop.connection, today, shop.company_id)

    def test_is_noticed_at_the_start(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.register("Ada")
        check_data_keys(shop.database.app)
        wrong = DataKeys()
        wrong.load(OTHER_KEY)
        monkeypatch.setattr(EVENT_TYPES, "data_keys", wrong)
        with pytest.raises(DataKeyMissing, match="MIPOS_FORMER_DATA_KEYS"):
            check_data_keys(shop.database.app)

    def test_is_taken_over_by_hand(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.register("Ada")
        own = DataKeys()
        own.load(DATA_KEY)
        monkeypatch.setattr(EVENT_TYPES, "data_keys", own)
        parts = {"app_conninfo": lambda: shop.database.app, "worker_conninfo": lambda: shop.database.worker}
        arguments = ["rewrap", "--company", str(shop.company_id)]
        own.load(OTHER_KEY)
        assert "neither MIPOS_DATA_KEY" in CliRunner().invoke(keys, arguments, obj=parts).output
        for text, former in ((OTHER_KEY, DATA_KEY), (DATA_KEY, OTHER_KEY)):
            own.load(text, [former])
            done = CliRunner().invoke(keys, arguments, obj=parts)
            assert "that were not: 1." in done.output
