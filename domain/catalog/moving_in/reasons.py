"""Why a column of another system is not taken, by what its name speaks of."""

import re

_REASONS = (
    (r"imag|photo|picture|thumbnail", "Pictures are sent one by one, to the product's images."),
    (r"\btags?\b", "There are no tags here."),
    (r"weight|grams|length|width|height|dimension|volume|measure", "Weights and sizes are not kept."),
    (
        (
            r"seo|google|permalink|slug|url|social|channel|visib|online|publish|featured|review|upsell|"
            r"cross.?sell|download|button|meta|linked to|position|website|ecom|template suffix"
        ),
        "It is about an online shop.",
    ),
    (r"^price .", "Prices of one place alone are set by store, after moving in."),
    (r"^enabled .", "It is of one place alone."),
    (
        r"ship|deliver|pickup|pick up|fulfil|backorder|purchase note|carrier|harmoni",
        "It is about sending goods.",
    ),
    (
        r"compare|sale price|online price|msrp|promo|discount|member|loyalty",
        "A second price is made as a promotion.",
    ),
    (r"\btax|\bvat\b|charge tax", "Taxes are those of the store, unless one here has that name."),
    (r"modifier|option set|add.?on", "There are no modifiers here."),
    (r"composite|included item|bundle|component|grouped", "An article is not made of others here."),
    (r"account", "Accounts of the books are not kept with articles."),
    (r"alert|reorder|restock|optimal|threshold|low stock", "Where to reorder is said for each storage."),
    (
        r"polic|continue selling|stockable|in stock\?|new quantity",
        "Whether an article is sold without stock is a setting here.",
    ),
    (r"quantity|stock|inventory|\bqty\b|on hand|incoming|committed", "Stock comes with `storage_id`."),
    (
        r"created|updated|modified|date|version|\bid\b|token|active|status|archiv",
        "It is of the other system alone.",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), reason) for pattern, reason in _REASONS)
_OTHERWISE = "There is nothing of the kind here."


def reason_of(header: str) -> str:
    """The sentence that says why."""
    return next((reason for pattern, reason in _COMPILED if pattern.search(header)), _OTHERWISE)
