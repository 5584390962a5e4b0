"""Search finds what people type, in whatever script and width and with whatever blanks, in every list."""
# ruff: noqa: RUF001 letters that look alike are what this is about

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

PRODUCTS = "/api/admin/products"
#: What is on the shelf, by a short name of its own.
SHELF: Mapping[str, str] = {
    "egg": "Œufs bio",
    "berry": "Blåbærsyltetøj",
    "beer": "Weißbier alkoholfrei",
    "pistachio": "Antep Fıstığı",
    "polish": "Żurek Łódź",
    "fish": "Cá Đuối",
    "garlic": "L'ail rose",
    "orange": "Jus d\u2019orange",
    "chocolate": "Côte d'Or Lait",
    "cereal": "Kellogg's Frosties",
    "green tea": "有機緑茶",
    "rare kanji": "𠮷野家の牛丼",
    "coffee": "オーガニックコーヒー",
    "glass": "ｶﾞﾗｽのコップ",
    "fish sauce": "น้ำปลา",
    "korean tea": "유기농녹차",
    "korean words": "김치 찌개",
    "japanese words": "ポカリ スウェット",
    "tea": "الشاي الأخضر",
    "bare tea": "شاي أسود",
    "thyme": "خبز بالزعتر",
    "book": "हिंदी किताब",
    "hyphen": "Coca-Cola Zero",
    "two words": "Coca Cola Light",
    "one word": "Cocacola Cherry",
    "up": "7 Up",
    "up as one": "7UP Free",
    "water": "Wasser 500 ml",
    "lemonade": "Limonade 500ml",
    "pizza": "🍕",
    "half": "½ Brot",
    "wide": "ＡＰＰＬＥ ＰＩＥ",
    "ligature": "Coﬀee ﬁlter",
}
#: What is typed, and all that it finds.
TYPED: tuple[tuple[str, set[str]], ...] = (
    ("oeufs", {"egg"}),
    ("œufs", {"egg"}),
    ("blabaersyltetoj", {"berry"}),
    ("WEISSBIER", {"beer"}),
    ("weißbier", {"beer"}),
    ("fistigi", {"pistachio"}),
    ("FISTIĞI", {"pistachio"}),
    ("zurek lodz", {"polish"}),
    ("duoi", {"fish"}),
    ("ail", {"garlic"}),
    ("l'ail", {"garlic"}),
    ("l\u2019ail", {"garlic"}),
    ("l\u00b4ail", {"garlic"}),
    ("lail", {"garlic"}),
    ("orange", {"orange"}),
    ("jus d'orange", {"orange"}),
    ("d'or", {"chocolate", "orange"}),
    ("cote dor", {"chocolate"}),
    ("kelloggs", {"cereal"}),
    ("kellogg's", {"cereal"}),
    ("緑茶", {"green tea"}),
    ("茶", {"green tea"}),
    ("有機 緑茶", {"green tea"}),
    ("有機緑茶", {"green tea"}),
    ("牛丼", {"rare kanji"}),
    ("野家", {"rare kanji"}),
    ("𠮷野", {"rare kanji"}),
    ("コーヒー", {"coffee"}),
    ("ｺｰﾋｰ", {"coffee"}),
    ("こーひー", {"coffee"}),
    ("ガラス", {"glass"}),
    ("コップ", {"glass"}),
    ("ปลา", {"fish sauce"}),
    ("น้ำปลา", {"fish sauce"}),
    ("녹차", {"korean tea"}),
    ("김치찌개", {"korean words"}),
    ("찌개", {"korean words"}),
    ("ポカリスウェット", {"japanese words"}),
    ("ﾎﾟｶﾘｽｳｪｯﾄ", {"japanese words"}),
    ("شاي", {"tea", "bare tea"}),
    ("الشاي", {"tea", "bare tea"}),
    ("الش", {"tea"}),
    ("شاي اخضر", {"tea"}),
    ("الشاي الأخضر", {"tea"}),
    ("الزعتر", {"thyme"}),
    ("بالزعتر", {"thyme"}),
    ("किताब", {"book"}),
    ("cocacola", {"hyphen", "two words", "one word"}),
    ("coca-cola", {"hyphen", "two words", "one word"}),
    ("coca cola", {"hyphen", "two words", "one word"}),
    ("COCACOLA light", {"two words"}),
    ("zero cocacola", {"hyphen"}),
    ("7up", {"up", "up as one"}),
    ("7 up", {"up", "up as one"}),
    ("７ｕｐ", {"up", "up as one"}),
    ("500ml", {"water", "lemonade"}),
    ("500 ml", {"water", "lemonade"}),
    ("wasser 500ml", {"water"}),
    ("🍕", {"pizza"}),
    ("1/2 brot", {"half"}),
    ("apple", {"wide"}),
    ("ａｐｐｌｅ", {"wide"}),
    ("coffee filter", {"ligature"}),
    ("fil", {"ligature"}),
)
#: What finds nothing, and breaks nothing.
ODD = (
    *(
        "%",
        "_",
        "\\",
        "%%%",
        "100%_\\",
        "'",
        "''",
        '"',
        "***",
        "{}",
        "...",
        "-",
        "\u200b\u00ad",
        "\u0301",
        "゙",
    ),
    *("😀", "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "a" * 200, "緑" * 200),
    *("ป" * 200, "l'" * 100, " ".join("ab" for _ in range(66)), "7a" * 100, "́" * 200, "ﷺ" * 200),
)


def look(client: Any, path: str, **query: Any) -> Any:
    answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status == 200, (query, answer.json)
    return answer.data


@pytest.fixture
def admin(shop: Any) -> Any:
    """The admin of a shop with all of the shelf on sale, and suppliers and customers of the same names."""
    admin = shop.client()
    for name in SHELF.values():
        body = {"name": name, "variants": [{"sku": str(uuid4()), "price": 1}]}
        product = admin.post(PRODUCTS, body).data
        assert admin.post(f"{PRODUCTS}/{product['id']}/status", {"status": "active"}).status == 200
        assert admin.post("/api/admin/settings/suppliers", {"name": name}).status == 201
        assert admin.post("/api/admin/customers", {"name": name}).status == 201
    return admin


def found(rows: Any, field: str) -> set[str]:
    """The short names of what these rows are about."""
    names = {row[field] for row in rows}
    return {short for short, name in SHELF.items() if name in names}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/lookups/products", "label"),
        ("/api/lookups/variants", "label"),
        ("/api/lookups/suppliers", "label"),
        ("/api/lookups/customers", "label"),
        ("/api/admin/customers", "name"),
        ("/api/admin/customers?sort=-created_at", "name"),
        ("/api/admin/products", "name"),
        ("/api/admin/products?sort=-created_at", "name"),
        ("/api/admin/products?status=active&max_price=100", "name"),
        ("/api/admin/settings/suppliers", "name"),
        ("/api/pos/products", "name"),
    ],
)
def test_finds_what_is_typed(admin: Any, path: str, field: str) -> None:
    wrong = {}
    for typed, expected in TYPED:
        answer = admin.get(f"{path}{'&' if '?' in path else '?'}{urlencode({'search': typed})}")
        assert answer.status == 200, (typed, answer.json)
        total = answer.json.get("pagination", {}).get("total", len(answer.data))
        if (names := found(answer.data, field)) != expected or total != len(answer.data):
            wrong[typed] = (names ^ expected, total)
    assert not wrong


def test_an_exact_word_comes_before_an_inner_piece_and_a_divided_one(admin: Any) -> None:
    for name in ("茶", "冷たい 茶", "Tea cola", "Cola"):
        admin.post("/api/admin/settings/suppliers", {"name": name})

    def labels(typed: str) -> list[str]:
        return [row["label"] for row in look(admin, "/api/lookups/suppliers", search=typed)]

    assert labels("茶") == ["茶", "冷たい 茶", "有機緑茶"]
    assert labels("cocacola")[0] == "Cocacola Cherry"
    assert labels("cola")[0] == "Cola"
    assert labels("coca cola")[0] == "Coca Cola Light"


@pytest.mark.parametrize("typed", ODD, ids=range(len(ODD)))
def test_odd_texts_break_nothing(shop: Any, typed: str) -> None:
    admin = shop.client()
    admin.post("/api/admin/settings/suppliers", {"name": typed})
    for name in ("products", "variants", "customers", "suppliers", "users", "currencies"):
        answer = admin.get(f"/api/lookups/{name}?{urlencode({'search': typed})}")
        assert answer.status in (200, 400), (name, answer.json)
    for path in ("products", "customers", "settings/users", "settings/suppliers", "inventory/levels"):
        answer = admin.get(f"/api/admin/{path}?{urlencode({'search': typed})}")
        assert answer.status in (200, 400), (path, answer.json)
