"""What the codes of a refusal's details mean: why a field stands in the way of it.

A detail may carry the refusal's own code as well (`insufficient_stock`); those are explained with the errors.
"""

from collections.abc import Mapping

#: Each code, and what it says of the field beside it.
DETAIL_CODES: Mapping[str, str] = {
    # Fields of any body or query.
    "required": "It must be there.",
    "unknown": "There is no such field or parameter.",
    "invalid": "It is not what the field takes, or not what goes with the others; the message says what is.",
    "not_valid": "It does not go with what the others say.",
    "not_found": "There is no such thing in this company, or it is archived.",
    "duplicate": "It occurs twice.",
    "too_large": "It comes to more than can be written.",
    "too_deep": "Too many levels hang under each other.",
    "ring": "Nothing can hang under itself.",
    "in_use": "Something still needs it.",
    "customer_owes": "They owe something.",
    "customer_has_credit": "They have something to their credit.",
    "open_orders": "They have an order that is open.",
    "not_utf8": "It is not encoded in UTF-8.",
    "more": "Not a field: more details than are listed; the message says how many.",
    # Types of events.
    "unknown_event_type": "There are no events of such a type, or of types whose names begin so.",
    "too_many": "There are more than can be given at once; the message says how many can.",
    # Moments.
    "in_the_future": "It has not come yet.",
    "in_the_past": "It is over already.",
    "too_old": "It lies further back than `backdating_days`; whoever may `pos.backdate` may record it.",
    "too_far_back": "It lies further back than `backdating_days`; whoever may `pos.backdate` may record it.",
    "no_events": "Nothing was recorded by then, or in that stretch.",
    "before_the_company": "The company was not there yet.",
    "before_the_sale": "The goods had not been sold yet.",
    "before_the_order": "The goods had not been ordered yet.",
    "before_shipping": "The goods of the transfer had not left yet.",
    "before_ordering": "The goods of the purchase order had not been ordered yet.",
    "before_opening": "The shift was not open yet.",
    # Drawers.
    "denominations_mismatch": "Coins and notes come to another amount.",
    "amount_not_valid": "It cannot be that much; the message says why.",
    "reason_required": "It takes a reason.",
    # Quantities, units and lines of documents about stock.
    "duplicate_line": "An earlier line is about the same.",
    "too_precise": "It has more decimal places than the product's unit.",
    "no_common_unit": "The unit is no multiple of what the product's unit is a multiple of.",
    "sign_not_valid": "By its reason stock comes in (above zero) or goes out; only what comes in has a cost.",
    "exceeds_requested": "It is more than the transfer's plan requests.",
    "same_storage": "A transfer goes to another storage.",
    "not_in_scope": "The count is not about this variant.",
    "below_received": "More than that has come already.",
    "nothing_to_order": "The order has no lines.",
    "no_supplier": "The product has no supplier to order it from.",
    "supplier_archived": "The supplier of one of the products is archived.",
    "no_address": "The supplier has no e-mail address.",
    "too_low": "The most to have is below the reorder level.",
    # Sales.
    "merged": "They turned out to be the customer whose `customer_id` stands beside.",
    "no_storage": "The store has no storage to sell from.",
    "not_for_sale": "The product is not active.",
    "not_on_account": "Only what is bought on account is due on a day.",
    "immutable": "It stays what it is; leave it out, or add another.",
    # Products, and sheets of them.
    "duplicate_sku": "Another variant has this SKU.",
    "duplicate_barcode": "Another variant has this barcode.",
    "not_listed": "The variant type has no such value.",
    "empty": "The file is empty.",
    "broken_quotes": "A quotation mark is missing.",
    "missing_column": "This column is required.",
    "unknown_column": "There is no such column.",
    "duplicate_column": "This column is there twice.",
    "too_many_columns": "It has more columns than a sheet can have.",
    "too_many_rows": "It has more rows than a sheet can have.",
    # Customers.
    "possible_duplicate": "Another customer has it: the one of `customer_id`.",
    # Users and companies.
    "weak_password": "It is too easily guessed.",
    "weak_pin": "It is too easily guessed, or not 4 to 8 digits.",
    "not_held": "You cannot give what you do not have.",
    "also_granted": "It is granted and denied at once.",
    "not_the_companys": "It belongs to another company.",
}
