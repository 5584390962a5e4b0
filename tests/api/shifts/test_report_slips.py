"""Reports of shifts on paper: in which language, under which names, and what is said of each thing."""

import io
from itertools import chain
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from api.shifts.report_answers import OccurrencesAnswer
from api.shifts.texts import REPORT_TEXTS
from api.slips.languages import LANGUAGES
from domain.shifts.movements import REASONS
from tests.api.shifts.conftest import SHIFTS, Till
from tests.api.slips.reading import lines_of_escpos, lines_of_html, lines_of_pdf

FORMATS = ("html", "pdf", "escpos")


@pytest.fixture
def path(till: Till) -> str:
    """Where the report of a shift is, which sold for cash and for a method of the company's own."""
    admin = till.client("Admin")
    method = {"name": "Twint", "code": "TW", "kind": "other"}
    assert admin.post("/api/admin/settings/payment-methods", method).status == 201
    shift_id = till.open().data["id"]
    till.stocked.sell()
    till.stocked.sell(2, payments=[{"method": "TW", "amount": 238}])
    till.move(shift_id, type="paid_out", amount=750, reason="petty_cash")
    till.close(shift_id, 9369)
    return f"{SHIFTS}/{shift_id}/report"


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("en", ("Z report 1", "Cash</", "Paid out: petty cash", "-7.50", "Over or short")),
        ("de-CH", ("Z-Bericht 1", "Bar</", "Auszahlung: Kleinbeträge", "-7,50", "Differenz")),
        ("fr", ("Rapport Z 1", "Espèces</", "Sortie\u00a0: menue dépense", "-7,50", "Écart")),
        ("it", ("Z report 1",)),
    ],
)
def test_speak_the_language_that_is_asked_for(
    till: Till,
    path: str,
    lang: str,
    texts: tuple[str, ...],
) -> None:
    answer = till.client().get(f"{path}?format=html&lang={lang}")
    page = answer.body.decode()
    assert [text for text in texts if text not in page] == []
    assert "Twint" in page
    assert answer.headers["content-language"] == (lang[:2] if lang != "it" else "en")


@pytest.mark.parametrize(("lang", "label"), [("en", "Reason"), ("de", "Grund"), ("fr", "Motif")])
@pytest.mark.parametrize("format_", FORMATS)
def test_say_why_the_count_was_off(till: Till, format_: str, lang: str, label: str) -> None:
    read = {"html": lines_of_html, "pdf": lines_of_pdf, "escpos": lines_of_escpos}[format_]
    shift_id = till.open().data["id"]
    till.close(shift_id, 9000, over_short_reason="Two coins missing")
    path = f"{SHIFTS}/{shift_id}/report"
    assert till.client().get(path).data["cash"]["over_short_reason"] == "Two coins missing"
    lines = read(till.client().get(f"{path}?format={format_}&lang={lang}").body)
    assert [line for line in lines if label in line and "Two coins missing" in line]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_take_one_page_of_a4(till: Till, path: str, lang: str) -> None:
    pages = PdfReader(io.BytesIO(till.client().get(f"{path}?format=pdf&paper=a4&lang={lang}").body)).pages
    assert len(pages) == 1


def test_else_that_of_the_reader(till: Till, path: str) -> None:
    french = {"Accept-Language": "it, fr;q=0.8, en;q=0.5"}
    cashier = till.client()
    shown = cashier.call("GET", f"{path}?format=html", headers=french)
    assert "Rapport Z 1" in shown.body.decode()
    assert "Accept-Language" in shown.headers["vary"]
    printed = cashier.call("POST", f"{path}/prints", {"format": "html"}, headers=french)
    assert printed.body == shown.body
    copy = cashier.post(f"{path}/prints", {"format": "html", "lang": "de"}).body.decode()
    assert "KOPIE 1" in copy
    assert "Z-Bericht 1" in copy


def test_stay_the_same_in_each_language_whatever_is_renamed(till: Till, path: str) -> None:
    cashier, admin = till.client(), till.client("Admin")
    kinds = [f"{path}?format={name}&lang={lang}" for name in FORMATS for lang in LANGUAGES]
    before = [cashier.get(kind).body for kind in kinds]
    assert len(set(before)) == len(kinds)
    (method,) = admin.get("/api/admin/settings/payment-methods").data
    changed = admin.patch(f"/api/admin/settings/payment-methods/{method['id']}", {"name": str(uuid4())})
    assert changed.status == 200
    assert [cashier.get(kind).body for kind in kinds] == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_have_a_text_for_all_that_is_counted_and_for_each_reason(language: str) -> None:
    texts: Any = REPORT_TEXTS[language]
    assert tuple(texts.counts) == OccurrencesAnswer.__struct_fields__
    assert set(texts.reasons) == set(chain(REASONS["paid_in"], REASONS["paid_out"]))
