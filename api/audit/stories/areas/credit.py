"""Sentences about what customers owe, and what they have to their credit."""

from api.audit.stories.areas.common import Sentences, texts

_ACCOUNT, _CREDIT = "customers.Account", "customers.StoreCredit"

# The events say what they move with a sign and what is left then; a sentence says which way.
ACCOUNTS: Sentences = {
    f"{_ACCOUNT}.Charged": texts(
        "[{customer_id}|The customer] bought for {amount:size} on account[ ({order_id})]; "
        "{balance:money} is owed[, due {due_on:day}].",
        "[{customer_id}|Der Kunde] hat für {amount:size} auf Rechnung gekauft[ ({order_id})]; offen "
        "sind {balance:money}[, fällig am {due_on:day}].",
    ),
    f"{_ACCOUNT}.Credited": texts(
        "{amount:size} was taken off what [{customer_id}|the customer] owes[ ({reason})]; "
        "{balance:money} is left.",
        "Von den Schulden von [{customer_id}|dem Kunden] wurden {amount:size} gutgeschrieben[ "
        "({reason})]; offen bleiben {balance:money}.",
    ),
    f"{_ACCOUNT}.Settled": texts(
        "{who} took {amount:size} by {method:word method} from [{customer_id}|the customer]; "
        "[{balance:given}{balance:money}|nothing] is still owed.",
        "{who} hat von [{customer_id}|dem Kunden] {amount:size} mit {method:word method} erhalten; "
        "offen [{balance:given}bleiben {balance:money}|ist nichts].",
    ),
    f"{_ACCOUNT}.WrittenOff": texts(
        "{who} wrote off {amount:size} that [{customer_id}|the customer] owed[ ({reason})].",
        "{who} hat {amount:size} Schulden von [{customer_id}|dem Kunden] abgeschrieben[ ({reason})].",
    ),
    f"{_ACCOUNT}.Moved": texts(
        "{amount:size} that was owed moved as customers were merged; {balance:money} is owed here.",
        "{amount:size} Schulden gingen mit der Zusammenführung von Kunden über; offen sind hier "
        "{balance:money}.",
    ),
}

STORE_CREDIT: Sentences = {
    f"{_CREDIT}.Issued": texts(
        "[{customer_id}|The customer] got {amount:size} of store credit[ ({reason})]; {balance:money} "
        "is there[, until {expires_on:day}].",
        "[{customer_id}|Der Kunde] erhielt {amount:size} Guthaben[ ({reason})]; es sind "
        "{balance:money}[, gültig bis {expires_on:day}].",
    ),
    f"{_CREDIT}.Spent": texts(
        "[{customer_id}|The customer] paid {amount:size} with store credit; {balance:money} is left.",
        "[{customer_id}|Der Kunde] hat {amount:size} mit Guthaben bezahlt; es bleiben {balance:money}.",
    ),
    f"{_CREDIT}.Returned": texts(
        "{amount:size} of store credit came back to [{customer_id}|the customer]; {balance:money} is there.",
        "{amount:size} Guthaben gingen an [{customer_id}|den Kunden] zurück; es sind {balance:money}.",
    ),
    f"{_CREDIT}.Adjusted": texts(
        "{who} changed the store credit of [{customer_id}|the customer] by {amount:money}[ "
        "({reason})]; {balance:money} is there.",
        "{who} hat das Guthaben von [{customer_id}|dem Kunden] um {amount:money} geändert[ "
        "({reason})]; es sind {balance:money}.",
    ),
    f"{_CREDIT}.Expired": texts(
        "{amount:size} of store credit of [{customer_id}|the customer] expired; {balance:money} is left.",
        "{amount:size} Guthaben von [{customer_id}|dem Kunden] sind verfallen; es bleiben {balance:money}.",
    ),
    f"{_CREDIT}.Moved": texts(
        "{amount:size} of store credit moved as customers were merged; {balance:money} is here.",
        "{amount:size} Guthaben gingen mit der Zusammenführung von Kunden über; hier sind {balance:money}.",
    ),
}
