"""The sentences that tell events: for every kind, in every language, of all that was ever written."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from api.audit.stories.languages import STORY_LANGUAGES
from api.audit.stories.names import KnownNames
from api.audit.stories.scene import Scene
from api.audit.stories.sentences import NotASentence, paths_in, tell
from api.audit.stories.telling import Occurrence, Storyteller
from api.audit.stories.texts import TEXTS, EventWithoutSentence, check_sentences
from api.audit.stories.words import VOCABULARIES
from api.slips.languages import ENGLISH, GERMAN, Language
from domain.orders import Order
from infra.eventstore.codec import EventType
from infra.runtime.models import EVENT_TYPES
from tests.golden import GOLDEN

THING = UUID("0190f5a1-7c3e-7abc-8def-0123456789ab")
ADA, BEA = UUID(int=1), UUID(int=2)
NAMES = KnownNames({THING: "Harbour", ADA: "ada", BEA: "bea"})
#: What a path may begin with besides a field of the event.
SCENE = {"who", "self", "event", "was", "now"}
FILES = sorted(GOLDEN.glob("*.json"))


def kind_of(file: Any) -> EventType:
    return EVENT_TYPES.by_name[file.stem.partition("+")[0].rpartition(".v")[0]]


def golden(kind: EventType, file: Any = None) -> Any:
    """What an event's file says; texts are no currency."""
    text = (file or GOLDEN / f"{kind.name}.v{kind.version}.json").read_text()
    return kind.decode(text.replace('"currency": "text"', '"currency": "EUR"'))


def told(
    event_type: str,
    language: Language = ENGLISH,
    /,
    *,
    names: Any = NAMES,
    sees_costs: bool = True,
    **around: Any,
) -> str:
    """The sentence of an event as its golden file says it, with what is told otherwise."""
    event = golden(EVENT_TYPES.by_name[event_type])
    approver = around.pop("approver", None)
    said = {field: around.pop(field) for field in tuple(around) if hasattr(event, field)}
    changed = type(event)(**{**{field: getattr(event, field) for field in event.__struct_fields__}, **said})
    occurrence = Occurrence(
        **{
            "type": event_type,
            "stream_id": THING,
            "event": changed,
            "actor_id": ADA,
            "actor": "ada@shop",
            "approved_by": approver,
            **around,
        }
    )
    zone = ZoneInfo("Europe/Berlin")
    teller = Storyteller(language=language, currency="EUR", zone=zone, sees_costs=sees_costs)
    return teller.tell(occurrence, names)


def sentences() -> Iterator[tuple[EventType, str, str]]:
    for name, texts in TEXTS.items():
        for language, sentence in texts.items():
            yield EVENT_TYPES.by_name[name], language, sentence


class TestEveryEvent:
    def test_has_a_sentence_in_every_language(self) -> None:
        assert TEXTS.keys() == EVENT_TYPES.by_name.keys()
        assert {frozenset(texts) for texts in TEXTS.values()} == {frozenset(STORY_LANGUAGES)}
        assert [name for name, texts in TEXTS.items() if not all(texts.values())] == []

    @pytest.mark.parametrize("language", STORY_LANGUAGES.values(), ids=STORY_LANGUAGES)
    @pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
    def test_that_was_ever_written_can_be_told(self, file: Any, language: Language) -> None:
        kind = kind_of(file)
        teller = Storyteller(language=language, currency="EUR", sees_costs=True)
        occurrence = Occurrence(type=kind.name, stream_id=THING, event=golden(kind, file), actor="ada@shop")
        sentence, text = teller.tell(occurrence, NAMES), TEXTS[kind.name][language.code]
        nothing = VOCABULARIES[language.code]["list"]["nothing"]
        assert nothing not in sentence or nothing in text
        assert not any(sign in sentence for sign in ("{", "}", "[", "]", "  ", " .", " ,", "None", "UUID"))
        assert sentence.endswith((".", "text"))

    def test_names_only_what_it_says(self) -> None:
        unknown = [
            (kind.name, language, path)
            for kind, language, sentence in sentences()
            for path, _ in paths_in(sentence)
            if path.partition(".")[0] not in {*kind.fields, *SCENE}
        ]
        assert unknown == []

    def test_leads_to_what_is_there(self) -> None:
        """A path within brackets that leads nowhere would leave its words out for ever."""
        nowhere = []
        for kind, language, sentence in sentences():
            for path, _ in paths_in(sentence):
                value: Any = golden(kind)
                for name in path.split(".") if path.partition(".")[0] not in SCENE else ():
                    if not hasattr(value, name):
                        nowhere.append((kind.name, language, path))
                    value = getattr(value, name, None)
        assert nowhere == []

    def test_can_do_without_what_was_before(self) -> None:
        needed = [
            (kind.name, path)
            for kind, _, sentence in sentences()
            for path, is_optional in paths_in(sentence)
            if path.startswith(("was.", "now.")) and not is_optional
        ]
        assert needed == []

    def test_compares_with_fields_that_its_thing_has(self) -> None:
        fields: dict[str, set[str]] = {}
        for kind in EVENT_TYPES.by_name.values():
            fields.setdefault(kind.aggregate.type_name, set()).update(kind.fields)
        unknown = [
            (kind.name, path)
            for kind, _, sentence in sentences()
            for path, _ in paths_in(sentence)
            if path.startswith(("was.", "now."))
            and path.split(".")[1] not in fields[kind.aggregate.type_name]
        ]
        assert unknown == []

    def test_without_one_nothing_starts(self) -> None:
        check_sentences(EVENT_TYPES.by_name)
        with pytest.raises(EventWithoutSentence, match=r"shop\.Shop\.Painted"):
            check_sentences([*EVENT_TYPES.by_name, "shop.Shop.Painted"])


class TestSentences:
    def test_leave_out_what_is_missing_and_choose_what_is_there(self) -> None:
        for reason, sentence in (("late", "ada said late."), (None, "ada said no more.")):
            event = {"reason": reason}
            assert self.tell("{who} said [{reason}|no more].", event) == sentence
        assert self.tell("{who} left[ for {reason}].", {"reason": None}) == "ada left."
        assert self.tell("{who} left for {reason}.", {"reason": None}) == "ada left for nothing."
        assert self.tell("a[ b {x}[ c {y}]].", {"x": "X", "y": None}) == "a b X."

    @pytest.mark.parametrize("text", ["{who", "who}", "[a", "a]", "a|b", "{who:unheard_of}", "{}", "{a b}"])
    def test_that_are_written_wrongly_are_refused(self, text: str) -> None:
        with pytest.raises(NotASentence):
            list(paths_in(text))

    def tell(self, sentence: str, event: Any) -> str:
        scene = Scene(
            language=ENGLISH,
            currency="EUR",
            zone=ZoneInfo("UTC"),
            who="ada",
            event=event,
            stream_id=THING,
            names=NAMES,
        )
        return tell(sentence, scene)


class TestWhatAShopOwnerReads:
    def test_prices_before_and_after(self) -> None:
        state = {"name": "Sea salt", "variants": {str(THING): {"name": "500 g"}}}
        around: dict[str, Any] = {"old_price": 249, "price": 279, "was": state, "now": state}
        english = told("products.Product.Repriced", **around)
        assert english == "ada changed the price of Sea salt, 500 g from EUR 2.49 to EUR 2.79."
        german = told("products.Product.Repriced", GERMAN, **around)
        assert german == "ada hat den Preis von Sea salt, 500 g von 2,49 EUR auf 2,79 EUR geändert."

    def test_names_before_and_after(self) -> None:
        around: dict[str, Any] = {"name": "Pier", "was": {"name": "Port"}, "now": {"name": "Pier"}}
        assert told("stores.Store.Renamed", **around) == "ada renamed the store Port to Pier."
        assert told("stores.Store.Renamed", GERMAN, **around) == "ada hat die Filiale Port in Pier umbenannt."

    def test_a_drawer_that_was_short(self) -> None:
        around: dict[str, Any] = {
            "counted_cash": 9_500,
            "expected_cash": 10_000,
            "over_short": -500,
            "z_number": 7,
            "over_short_reason": None,
        }
        assert told("shifts.Shift.Closed", **around) == (
            "ada closed the shift (Z 7): EUR 95.00 counted, EUR 100.00 expected, EUR 5.00 short."
        )
        assert told("shifts.Shift.Closed", GERMAN, **around) == (
            "ada hat die Schicht abgeschlossen (Z 7): 95,00 EUR gezählt, 100,00 EUR erwartet, "
            "5,00 EUR zu wenig."
        )
        around |= {"over_short": 0}
        assert told("shifts.Shift.Closed", **around).endswith("EUR 100.00 expected, no difference.")

    def test_times_by_the_clock_of_the_shop(self) -> None:
        """At half past ten in the evening, Greenwich time, it is the next day in Berlin."""
        english = told("products.Product.Scheduled")
        assert english == "ada scheduled the launch of Harbour for 31 Jan 2026 23:30."
        assert told("products.Product.Scheduled", GERMAN).endswith("für 31.01.2026 23:30 geplant.")

    def test_the_last_second_that_there_is(self) -> None:
        """It says that something never comes; in Berlin the calendar is over before."""
        never = told("products.Product.Scheduled", launch_at="9999-12-31T23:59:59+00:00")
        assert never == "ada scheduled the launch of Harbour for 31 Dec 9999 23:59."

    def test_whoever_approved_it(self) -> None:
        voided: dict[str, Any] = {"approver": BEA, "reason": "typo"}
        assert told("orders.Order.Voided", **voided) == "ada voided the sale (typo) (approved by bea)."
        assert told("orders.Order.Voided", GERMAN, **voided).endswith("(typo) (genehmigt von bea).")

    def test_what_nobody_of_the_shop_did(self) -> None:
        around: dict[str, Any] = {"actor": None, "actor_id": None}
        assert told("products.Product.Activated", **around).startswith("The service released ")
        assert told("companies.Company.Activated", actor=None) == "The platform activated the company again."

    def test_erased_people_as_such(self) -> None:
        erased: dict[str, Any] = {"name": "Erased customer", "store_id": None}
        assert told("customers.Customer.Registered", **erased) == "ada added the customer Erased customer."
        german = told("customers.Customer.Registered", GERMAN, **erased)
        assert german == "ada hat den Kunden gelöschter Kunde angelegt."

    def test_what_is_there_of_several_fields(self) -> None:
        moved = told("stores.Store.Relocated", address=None, phone="030 1")
        assert moved == "ada changed the address or telephone number of Harbour: 030 1."

    def test_variants_without_names_by_their_numbers(self) -> None:
        variants = {str(THING): {"name": "", "sku": "OAT-2"}, "other": {"name": "", "sku": "OAT-1"}}
        removed = told("products.Product.VariantRemoved", was={"name": "Oats", "variants": variants})
        assert removed == "ada removed the variant Oats, OAT-2."

    def test_only_some_of_many_goods(self) -> None:
        (line,) = golden(EVENT_TYPES.by_name["stock.StockMovement.Received"]).lines
        sentence = told("stock.StockMovement.Received", lines=(line,) * 9)
        assert sentence.count("1.25 \u00d7 Harbour") == 5
        assert "and 4 more into" in sentence

    def test_no_costs_who_may_not_see_them(self) -> None:
        assert told("products.Product.Recosted").endswith("from EUR 123.45 to EUR 123.45.")
        for language in STORY_LANGUAGES.values():
            assert "123" not in told("products.Product.Recosted", language, sees_costs=False)

    def test_no_names_that_are_unknown(self) -> None:
        nobody = KnownNames({})
        assert told("customers.Account.Charged", names=nobody).startswith(
            "The customer bought for EUR 123.45"
        )

    def test_orders_with_the_names_of_their_lines(self) -> None:
        state = {
            "terms": {"lines": [{"id": str(THING), "name": "Oats", "variant_name": "", "quantity": "3"}]}
        }
        handed = told("orders.Order.Fulfilled", tracking=None, charged=0, was=state, now=state)
        assert handed == "ada handed over 1.25 of 3 Oats."
        german = told("orders.Order.Fulfilled", GERMAN, tracking=None, charged=0, was=state, now=state)
        assert german == "ada hat 1,25 von 3 Oats ausgegeben."

    def test_all_events_of_orders(self) -> None:
        assert {kind.name for kind in EVENT_TYPES.by_name.values() if kind.aggregate is Order} <= TEXTS.keys()


@pytest.mark.parametrize("event_type", ["Order.Sold", "Order.Refunded", "UnlinkedReturn.Taken"])
@pytest.mark.parametrize("language", [ENGLISH, GERMAN], ids=lambda language: language.code)
def test_where_no_money_changed_hands_no_way_to_pay_is_told(event_type: str, language: Language) -> None:
    sentence = told(f"orders.{event_type}", language, payments=())
    assert not any(said in sentence for said in ("nothing", "nichts", " by ", " mit "))
