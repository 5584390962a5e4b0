"""Sentences about what is told to the outside: reports, messages, webhooks."""

from api.audit.stories.areas.common import Sentences, named, texts

_SCHEDULE, _MESSAGE, _HOOK = "report_schedules.ReportSchedule", "messages.Message", "webhooks.Webhook"

REPORT_SCHEDULES: Sentences = {
    **named(_SCHEDULE, "report schedule", "den Berichtsplan"),
    f"{_SCHEDULE}.Registered": texts(
        "{who} had the report {name} made at {at} ({range:word range})[ for {recipients}].",
        "{who} lässt den Bericht {name} um {at} Uhr erstellen ({range:word range})[, für {recipients}].",
    ),
    f"{_SCHEDULE}.ReportChosen": texts(
        "{who} had {self} report {section} of {area} ({range:word range})[ if {condition}].",
        "{who} lässt {self} über {section} von {area} berichten ({range:word range})[, falls {condition}].",
    ),
    f"{_SCHEDULE}.FormatChosen": texts(
        "{who} had {self} made as {format}, {skip_if_empty:if not if it is empty/even if it is empty}.",
        "{who} lässt {self} als {format} erstellen, "
        "{skip_if_empty:if nicht wenn er leer ist/auch wenn er leer ist}.",
    ),
    f"{_SCHEDULE}.Rescheduled": texts(
        "{who} had {self} made at {at}, {timezone}.",
        "{who} lässt {self} um {at} Uhr, {timezone}, erstellen.",
    ),
    f"{_SCHEDULE}.RecipientsNamed": texts(
        "{who} had {self} sent to [{recipients}|nobody].",
        "{who} lässt {self} an [{recipients}|niemanden] senden.",
    ),
    f"{_SCHEDULE}.AddressesNamed": texts(
        "{who} changed the addresses outside of the company that {self} goes to[: {addresses}].",
        "{who} hat die Adressen außerhalb des Unternehmens für {self} geändert[: {addresses}].",
    ),
    f"{_SCHEDULE}.Enabled": texts(
        "{who} {enabled:if resumed/paused} the report schedule {self}.",
        "{who} hat den Berichtsplan {self} {enabled:if fortgesetzt/ausgesetzt}.",
    ),
    f"{_SCHEDULE}.TakenOver": texts(
        "{self} is made in the name of [{user_id}|{who}].",
        "{self} wird im Namen von [{user_id}|{who}] erstellt.",
    ),
}

MESSAGES: Sentences = {
    f"{_MESSAGE}.Written": texts(
        "{who} had a message sent: {document:word document}[ {document_id}][ to {address}].",
        "{who} hat eine Nachricht veranlasst: {document:word document}[ {document_id}][ an {address}].",
    ),
    f"{_MESSAGE}.Sent": texts("The message was sent.", "Die Nachricht wurde gesendet."),
    f"{_MESSAGE}.GivenUp": texts(
        "Sending the message was given up[ ({reason})].",
        "Das Senden der Nachricht wurde aufgegeben[ ({reason})].",
    ),
}

WEBHOOKS: Sentences = {
    f"{_HOOK}.Registered": texts(
        "{who} had events sent to {url}.", "{who} lässt Ereignisse an {url} senden."
    ),
    f"{_HOOK}.Readdressed": texts(
        "{who} had events sent to {url}[, no longer to {was.url}].",
        "{who} lässt Ereignisse an {url} senden[, nicht mehr an {was.url}].",
    ),
    f"{_HOOK}.Subscribed": texts(
        "{who} changed which events are sent to {self}[: {types}].",
        "{who} hat geändert, welche Ereignisse an {self} gehen[: {types}].",
    ),
    f"{_HOOK}.Rotated": texts(
        "{who} gave {self} a new secret to check signatures with.",
        "{who} hat {self} ein neues Geheimnis für Signaturen gegeben.",
    ),
    f"{_HOOK}.Enabled": texts(
        "{who} had events sent to {self} again.", "{who} lässt wieder Ereignisse an {self} senden."
    ),
    f"{_HOOK}.Disabled": texts(
        "Nothing is sent to {self} any more: {reason:word disabled}.",
        "An {self} wird nichts mehr gesendet: {reason:word disabled}.",
    ),
    f"{_HOOK}.Archived": texts(
        "{who} ended sending events to {self}.", "{who} hat das Senden von Ereignissen an {self} beendet."
    ),
}
