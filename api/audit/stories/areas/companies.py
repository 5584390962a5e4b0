"""Sentences about a company, its rules, and what it has of the platform."""

from api.audit.stories.areas.common import Sentences, texts

_COMPANY, _PACKAGE = "companies.Company", "packages.Package"

_IDENTITY: Sentences = {
    f"{_COMPANY}.Registered": texts(
        "{who} took on the company {name}, which sells in {currency}.",
        "{who} hat das Unternehmen {name} aufgenommen, das in {currency} verkauft.",
    ),
    f"{_COMPANY}.Renamed": texts(
        "{who} renamed the company[ {was.name}] to {name}.",
        "{who} hat das Unternehmen[ {was.name}] in {name} umbenannt.",
    ),
    f"{_COMPANY}.Relocated": texts(
        "{who} changed how the company is reached or taxed[: {event:fields address phone email tax_number}].",
        "{who} hat die Angaben zum Unternehmen geändert[: {event:fields address phone email tax_number}].",
    ),
    f"{_COMPANY}.Rebranded": texts(
        "{who} changed the logo of the company.",
        "{who} hat das Logo des Unternehmens geändert.",
    ),
    f"{_COMPANY}.AuditorNamed": texts(
        "{who} [has {auditor_email} mailed the seals of the log|ended mailing the seals of the log to "
        "an auditor].",
        "{who} [lässt die Siegel des Protokolls an {auditor_email} mailen|hat den Versand der Siegel "
        "des Protokolls an einen Prüfer beendet].",
    ),
    f"{_COMPANY}.Cloned": texts(
        "{who} made the company {name} of the first {source_position} events of another one.",
        "{who} hat das Unternehmen {name} aus {source_position} Ereignissen eines anderen gemacht.",
    ),
    f"{_COMPANY}.Suspended": texts(
        "{who} suspended the company: it can only read[ ({reason})].",
        "{who} hat das Unternehmen gesperrt: es kann nur noch lesen[ ({reason})].",
    ),
    f"{_COMPANY}.Activated": texts(
        "{who} activated the company again.", "{who} hat das Unternehmen wieder freigegeben."
    ),
    f"{_COMPANY}.Archived": texts("{who} archived the company.", "{who} hat das Unternehmen archiviert."),
}

_RULES: Sentences = {
    f"{_COMPANY}.BackdatingAllowed": texts(
        "{who} allowed sales and deliveries to lie {backdating_days:count day/days} back.",
        "{who} erlaubt, dass Verkäufe und Lieferungen {backdating_days:count Tag/Tage} zurückliegen.",
    ),
    f"{_COMPANY}.BooksClosed": texts(
        "{who} [closed the books up to {books_closed_until:day}|opened the books again].",
        "{who} hat die Bücher [bis {books_closed_until:day} abgeschlossen|wieder geöffnet].",
    ),
    f"{_COMPANY}.DiscountsCapped": texts(
        "{who} changed how large a discount each role may give.",
        "{who} hat geändert, wie viel Rabatt jede Rolle geben darf.",
    ),
    f"{_COMPANY}.HeldSalesLimited": texts(
        "{who} had parked sales expire after {held_hours:count hour/hours}.",
        "{who} lässt geparkte Verkäufe nach {held_hours:count Stunde/Stunden} verfallen.",
    ),
    f"{_COMPANY}.OrderReservationsLimited": texts(
        "{who} had goods of orders reserved [for {order_reservation_days:count day/days}|without an end].",
        "{who} lässt Ware von Bestellungen [{order_reservation_days:count Tag/Tage}|unbefristet] "
        "reservieren.",
    ),
    f"{_COMPANY}.PurchasingAgreed": texts(
        "{who} allowed suppliers to deliver {over_receive_percent:percent} too much, and expects them "
        "after {default_lead_time_days:count day/days}.",
        "{who} erlaubt Lieferanten, {over_receive_percent:percent} zu viel zu liefern, und erwartet "
        "sie nach {default_lead_time_days:count Tag/Tagen}.",
    ),
    f"{_COMPANY}.ReceiptPaperChosen": texts(
        "{who} had receipts printed on {receipt_paper:word paper} paper.",
        "{who} lässt Belege auf {receipt_paper:word paper} drucken.",
    ),
    f"{_COMPANY}.ReceiptReworded": texts(
        "{who} changed the texts on the company's receipts.",
        "{who} hat die Texte auf den Belegen des Unternehmens geändert.",
    ),
    f"{_COMPANY}.ReportMailRegulated": texts(
        "{who} {reports_to_outside:if allowed/no longer allows} reports to be mailed outside of the company.",
        "{who} hat den Versand von Berichten nach außen {reports_to_outside:if erlaubt/verboten}.",
    ),
    f"{_COMPANY}.ProofsRegulated": texts(
        "{who} {public_proofs:if allowed/no longer allows} anyone to read the hashes of the log.",
        "{who} hat allen das Lesen der Prüfsummen des Protokolls {public_proofs:if erlaubt/verboten}.",
    ),
    f"{_COMPANY}.Rescheduled": texts(
        "{who} changed the company's time zone[ from {was.timezone}] to {timezone}.",
        "{who} hat die Zeitzone des Unternehmens[ von {was.timezone}] auf {timezone} geändert.",
    ),
    f"{_COMPANY}.ReturnsRegulated": texts(
        "{who} allowed goods to come back [for {return_days:count day/days}|without an end], "
        "{cross_store_returns:if to any store/only where they were sold}.",
        "{who} erlaubt Rückgaben [{return_days:count Tag/Tage} lang|unbefristet], "
        "{cross_store_returns:if in jeder Filiale/nur wo gekauft wurde}.",
    ),
    f"{_COMPANY}.RoundingAgreed": texts(
        "{who} changed the rounding: {rounding_level:word rounding}, "
        "{rounding_mode:word rounding}[{cash_rounding:given}, cash to {cash_rounding:money}].",
        "{who} hat die Rundung geändert: {rounding_level:word rounding}, "
        "{rounding_mode:word rounding}[{cash_rounding:given}, Bargeld auf {cash_rounding:money}].",
    ),
    f"{_COMPANY}.ShiftsRegulated": texts(
        "{who} changed the rules of shifts: sales "
        "{shift_required:if take an open shift/take no shift}, drawers are counted "
        "{blind_close:if blind/with the expected amount in view}[, differences above "
        "{over_short_limit:money} are looked at].",
        "{who} hat die Regeln für Schichten geändert: Verkauf "
        "{shift_required:if nur in einer offenen Schicht/auch ohne Schicht}, gezählt wird "
        "{blind_close:if blind/mit dem Sollbetrag vor Augen}[, Differenzen über "
        "{over_short_limit:money} werden geprüft].",
    ),
    f"{_COMPANY}.TillsInstructed": texts(
        "{who} had tills {ask_for_customer:if ask/not ask} for the customer and [lock after "
        "{lock_after_seconds:count second/seconds}|never lock].",
        "{who} lässt Kassen {ask_for_customer:if /nicht }nach dem Kunden fragen und sich [nach "
        "{lock_after_seconds:count Sekunde/Sekunden}|nie] sperren.",
    ),
    f"{_COMPANY}.WeekStartChosen": texts(
        "{who} had weeks in reports begin on {week_start:word day}.",
        "{who} lässt Wochen in Berichten am {week_start:word day} beginnen.",
    ),
}

_SUBSCRIPTION: Sentences = {
    f"{_COMPANY}.Subscribed": texts(
        "{who} gave the company [the package {package_id}|another package], "
        "{status:word subscription}[, trial until {trial_ends_at:day}][, period until "
        "{period_ends_at:day}].",
        "{who} hat dem Unternehmen [das Paket {package_id}|ein anderes Paket] gegeben, "
        "{status:word subscription}[, Probezeit bis {trial_ends_at:day}][, Zeitraum bis "
        "{period_ends_at:day}].",
    ),
    f"{_COMPANY}.Renewed": texts(
        "{who} renewed the subscription, {status:word subscription}[, trial until "
        "{trial_ends_at:day}][, period until {period_ends_at:day}].",
        "{who} hat das Abonnement verlängert, {status:word subscription}[, Probezeit bis "
        "{trial_ends_at:day}][, Zeitraum bis {period_ends_at:day}].",
    ),
    f"{_COMPANY}.TrialEnded": texts(
        "The trial ended on {due_at:day}; the days of grace began.",
        "Die Probezeit endete am {due_at:day}; die Nachfrist begann.",
    ),
    f"{_COMPANY}.PaymentOverdue": texts(
        "The paid period ended on {due_at:day}; the days of grace began.",
        "Der bezahlte Zeitraum endete am {due_at:day}; die Nachfrist begann.",
    ),
    f"{_COMPANY}.Expired": texts(
        "The days of grace ended on {due_at:day}: the company can only read until it renews.",
        "Die Nachfrist endete am {due_at:day}: Das Unternehmen kann bis zur Verlängerung nur lesen.",
    ),
}

COMPANIES: Sentences = {**_IDENTITY, **_RULES, **_SUBSCRIPTION}

PACKAGES: Sentences = {
    f"{_PACKAGE}.Registered": texts(
        "{who} added the package {name} at {price:money} {billing_period:word period}.",
        "{who} hat das Paket {name} zu {price:money} {billing_period:word period} angelegt.",
    ),
    f"{_PACKAGE}.Renamed": texts(
        "{who} renamed the package[ {was.name}] to {name}.",
        "{who} hat das Paket[ {was.name}] in {name} umbenannt.",
    ),
    f"{_PACKAGE}.Described": texts(
        "{who} described the package {self} anew.", "{who} hat das Paket {self} neu beschrieben."
    ),
    f"{_PACKAGE}.Repriced": texts(
        "{who} changed the price of the package {self}[ from {was.price:money}] to {price:money} "
        "{billing_period:word period}.",
        "{who} hat den Preis des Pakets {self}[ von {was.price:money}] auf {price:money} "
        "{billing_period:word period} geändert.",
    ),
    f"{_PACKAGE}.TrialAgreed": texts(
        "{who} changed the trial of the package {self} to {trial_days:count day/days}.",
        "{who} hat die Probezeit des Pakets {self} auf {trial_days:count Tag/Tage} geändert.",
    ),
    f"{_PACKAGE}.LimitsAgreed": texts(
        "{who} changed the limits of the package {self}.",
        "{who} hat die Grenzen des Pakets {self} geändert.",
    ),
    f"{_PACKAGE}.FeaturesListed": texts(
        "{who} changed the features of the package {self} to [{features}|none].",
        "{who} hat die Leistungen des Pakets {self} geändert: [{features}|keine].",
    ),
    f"{_PACKAGE}.Activated": texts(
        "{who} offered the package {self} again.", "{who} hat das Paket {self} wieder angeboten."
    ),
    f"{_PACKAGE}.Deactivated": texts(
        "{who} stopped offering the package {self}.", "{who} bietet das Paket {self} nicht mehr an."
    ),
    f"{_PACKAGE}.Archived": texts(
        "{who} archived the package {self}.", "{who} hat das Paket {self} archiviert."
    ),
}
