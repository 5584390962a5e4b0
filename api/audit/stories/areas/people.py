"""Sentences about who works in the shop, and who buys there."""

from api.audit.stories.areas.common import Sentences, named, texts

_USER, _CUSTOMER = "users.User", "customers.Customer"

USERS: Sentences = {
    f"{_USER}.Registered": texts(
        "{who} took on {username:short} as {role:word role}[ in {store_ids}].",
        "{who} hat {username:short} aufgenommen, Rolle {role:word role}[, in {store_ids}].",
    ),
    f"{_USER}.Renamed": texts(
        "{who} renamed the user[ {was.username:short}] to {username:short}.",
        "{who} hat den Benutzer[ {was.username:short}] in {username:short} umbenannt.",
    ),
    f"{_USER}.Readdressed": texts(
        "{who} changed the e-mail address of {self}[ to {email}].",
        "{who} hat die E-Mail-Adresse von {self}[ in {email}] geändert.",
    ),
    f"{_USER}.Appointed": texts(
        "{who} made {self} {role:word role}[ instead of {was.role:word role}].",
        "{who} hat {self} die Rolle {role:word role}[ statt {was.role:word role}] gegeben.",
    ),
    f"{_USER}.Posted": texts(
        "{who} has {self} work in [{store_ids}|all stores][, before in {was.store_ids:names}].",
        "{who} setzt {self} in [{store_ids}|allen Filialen] ein[, vorher in {was.store_ids:names}].",
    ),
    f"{_USER}.Empowered": texts(
        "{who} changed what {self} may do[: also {granted}][, not {denied}].",
        "{who} hat die Rechte von {self} geändert[: zusätzlich {granted}][, nicht {denied}].",
    ),
    f"{_USER}.Barred": texts(
        "{who} [{is_active:given}let {self} sign in again|barred {self} from signing in].",
        "{who} hat {self} die Anmeldung {is_active:if wieder erlaubt/gesperrt}.",
    ),
    f"{_USER}.PasswordReset": texts(
        "{self} has a new password; {who} set it.", "{self} hat ein neues Passwort, gesetzt durch {who}."
    ),
    f"{_USER}.PinSet": texts(
        "{self} has a new PIN; {who} set it.", "{self} hat eine neue PIN, gesetzt durch {who}."
    ),
    f"{_USER}.Archived": texts(
        "{who} archived the user {self}.", "{who} hat den Benutzer {self} archiviert."
    ),
}

GROUPS: Sentences = named("customer_groups.CustomerGroup", "customer group", "die Kundengruppe")

_STANDING: Sentences = {
    f"{_CUSTOMER}.Absorbed": texts(
        "{who} merged {customer_ids:count customer/customers} into {self}[: {customer_ids}].",
        "{who} hat {customer_ids:count Kunden/Kunden} mit {self} zusammengeführt[: {customer_ids}].",
    ),
    f"{_CUSTOMER}.Merged": texts(
        "{who} merged this customer into [{into}|another one].",
        "{who} hat diesen Kunden mit [{into}|einem anderen] zusammengeführt.",
    ),
    f"{_CUSTOMER}.Erased": texts(
        "{who} erased all that told who the customer is[ ({reason})].",
        "{who} hat alle Angaben zur Person des Kunden gelöscht[ ({reason})].",
    ),
    f"{_CUSTOMER}.Archived": texts(
        "{who} archived the customer {self}.", "{who} hat den Kunden {self} archiviert."
    ),
    f"{_CUSTOMER}.Restored": texts(
        "{who} restored the customer {self}.", "{who} hat den Kunden {self} wiederhergestellt."
    ),
}

_ABOUT: Sentences = {
    f"{_CUSTOMER}.Registered": texts(
        "{who} added the customer {name}[ in {store_id}].",
        "{who} hat den Kunden {name}[ in {store_id}] angelegt.",
    ),
    f"{_CUSTOMER}.Renamed": texts(
        "{who} renamed the customer[ {was.name}] to {name}.",
        "{who} hat den Kunden[ {was.name}] in {name} umbenannt.",
    ),
    f"{_CUSTOMER}.Relocated": texts(
        "{who} changed how {self} is reached[: {event:fields phone email}].",
        "{who} hat die Kontaktdaten von {self} geändert[: {event:fields phone email}].",
    ),
    f"{_CUSTOMER}.Identified": texts(
        "{who} changed the numbers or the birthday of {self}[: "
        "{event:fields tax_number reference birthday}].",
        "{who} hat Nummern oder Geburtstag von {self} geändert[: "
        "{event:fields tax_number reference birthday}].",
    ),
    f"{_CUSTOMER}.Annotated": texts(
        "{who} rewrote the note about {self}.", "{who} hat die Notiz zu {self} neu geschrieben."
    ),
    f"{_CUSTOMER}.Grouped": texts(
        "{who} put {self} into [{group_ids}|no group].",
        "{who} hat {self} [in {group_ids}|in keine Gruppe] eingeordnet.",
    ),
    f"{_CUSTOMER}.CreditAgreed": texts(
        "{who} lets {self} [owe up to {credit_limit:money}|buy nothing on account][, for "
        "{terms_days:count day/days}].",
        "{who} lässt {self} [bis {credit_limit:money}|nicht] auf Rechnung kaufen[, zahlbar in "
        "{terms_days:count Tag/Tagen}].",
    ),
    f"{_CUSTOMER}.Consented": texts(
        "{self} {consent.granted:if agreed to/refused} {consent.purpose:word purpose}[ ({consent.source})].",
        "{self} hat {consent.granted:if zugestimmt/abgelehnt}: {consent.purpose:word purpose}[ "
        "({consent.source})].",
    ),
}

CUSTOMERS: Sentences = {**_ABOUT, **_STANDING}
