"""Which texts are the same: to the eye, and to whoever looks for something."""
# ruff: noqa: RUF001 letters that look alike are what this is about

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.folding import bare, fold
from domain.settings import name_key

texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=30)
#: Texts of whatever is written otherwise and looks alike.
odd_texts = some.text("ａＡﬁﬀªⅣ½㎏ｶﾞﾊﾟガ゙İıIſẞßǅΐΣςőœ\u0301\u0345\u200d\u00ad\ufe0f ㄱ가ำน้\u200b", max_size=12)


@given(text=texts | odd_texts)
def test_what_is_folded_stays_so(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert bare(bare(text)) == bare(text)
    assert name_key(name_key(text)) == name_key(text)


def test_each_letter_that_is_folded_stays_so() -> None:
    letters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert [one for one in letters if fold(fold(one)) != fold(one) or bare(bare(one)) != bare(one)] == []


@given(text=texts | odd_texts)
def test_what_looks_the_same_is_found_the_same(text: str) -> None:
    assert bare(fold(text)) == bare(text)


@given(text=texts | odd_texts)
def test_neither_composition_nor_compatibility_counts(text: str) -> None:
    assert {fold(normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")} == {fold(text)}


@given(text=some.text(some.characters(codec="ascii"), max_size=30))
def test_plain_letters_are_lower_case(text: str) -> None:
    assert fold(text) == bare(text) == text.lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ａｄｍｉｎ", "admin"),
        ("GRÖSSE", "größe"),
        ("Gro\u0308sse", "Größe"),
        ("Co\u00adla", "Cola"),
        ("ﬁn", "FIN"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("５００ｍｌ", "500ML"),
    ],
)
def test_names_are_the_same_that_look_so(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Mate", "Maté"), ("Lód", "Łód"), ("sık", "sik"), ("ばら", "はら"), ("ปลา", "ปล่า")]
)
def test_names_that_differ_stay_two(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Œuf", "oeuf"),
        ("Blåbær", "blabaer"),
        ("Rødgrød", "rodgrod"),
        ("Żółć łódź", "zolc lodz"),
        ("Đồng", "dong"),
        ("Weißbier", "weissbier"),
        ("Fıstık", "fistik"),
        ("İSTANBUL", "istanbul"),
        ("Þorskur, ð", "thorskur, d"),
        ("ґалаґан", "галаган"),
        ("Ёлка", "елка"),
        ("Άρτος", "αρτοσ"),
        ("שָׁלוֹם", "שלום"),
        ("كِتَاب", "كتاب"),
        ("リンゴ", "りんご"),
        ("ﾘﾝｺﾞ", "りんご"),
        ("½ kg", "1⁄2 kg"),
    ],
)
def test_is_found_as_people_type_it(name: str, typed: str) -> None:
    assert bare(name) == typed


def test_marks_that_are_letters_stay() -> None:
    assert bare("ปล่า") != bare("ปลา")
    assert bare("が") != bare("か")
    assert bare("किताब") == "किताब"
