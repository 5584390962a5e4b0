"""Companies: what every sale needs of its own, and what the platform sees of all."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, LiteralString

from domain.companies import (
    BACKDATING_DAYS,
    DISCOUNT_CEILINGS,
    HELD_HOURS,
    LEAD_TIME_DAYS,
    ORDER_RESERVATION_DAYS,
    OVER_RECEIVE_PERCENT,
    RECEIPT_PAPER,
    REFUND_TO_ORIGINAL,
    Company,
)
from domain.settings import name_key
from domain.subscriptions import GRACE
from domain.weeks import WEEK_START
from projections.base import Projection
from projections.search.within import joined_words

_FALL_DUE: LiteralString = """
    UPDATE companies
       SET subscription_status = 'past_due', due_at = %(grace_ends_at)s,
           version = %(version)s, updated_at = %(at)s
     WHERE company_id = %(company_id)s
"""


def _written(ceilings: Mapping[str, Decimal]) -> str:
    return json.dumps({role: f"{percent:f}" for role, percent in ceilings.items()})


def _due(status: str, trial_ends_at: datetime | None, period_ends_at: datetime | None) -> datetime | None:
    return trial_ends_at if status == "trial" else period_ends_at


def _after_grace(due_at: datetime) -> datetime:
    return due_at + GRACE


class Companies(Projection):
    """One row for each company; `due_at` is when time itself changes its subscription."""

    name = "companies"
    version = 12
    mode = "inline"
    tables = ("companies",)
    # The platform looks after all of them.
    shared_rows: ClassVar[Mapping[str, LiteralString]] = {
        "companies": "current_setting('app.company_id')::uuid = '00000000-0000-4000-8000-000000000000'"
    }
    on = {
        Company.Registered: """
            INSERT INTO companies (company_id, name, name_key, name_words, currency, timezone, email, phone,
                                   address, tax_number, ask_for_customer, rounding_level, rounding_mode,
                                   cash_rounding, discount_ceilings, backdating_days, over_receive_percent,
                                   default_lead_time_days, shift_required, blind_close, refund_to_original,
                                   cross_store_returns, held_hours, order_reservation_days, receipt_paper,
                                   week_start, reports_to_outside, public_proofs, is_sandbox, status, version,
                                   created_at, updated_at)
            VALUES (%(company_id)s, %(name)s, %(name_key)s, %(name_words)s, %(currency)s, %(timezone)s,
                    %(email)s, %(phone)s, %(address)s, %(tax_number)s, false, %(rounding_level)s,
                    %(rounding_mode)s,
                    %(cash_rounding)s, %(first_ceilings)s::jsonb, %(first_backdating_days)s,
                    %(first_over_receive_percent)s, %(first_lead_time_days)s, false, false,
                    %(first_refund_to_original)s, true, %(first_held_hours)s,
                    %(first_order_reservation_days)s, %(first_receipt_paper)s,
                    %(first_week_start)s, false, false, false, 'active', %(version)s, %(at)s, %(at)s)
        """,
        Company.Renamed: """
            UPDATE companies
               SET name = %(name)s, name_key = %(name_key)s, name_words = %(name_words)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Relocated: """
            UPDATE companies
               SET email = %(email)s, phone = %(phone)s, address = %(address)s, tax_number = %(tax_number)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Rescheduled: """
            UPDATE companies SET timezone = %(timezone)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.RoundingAgreed: """
            UPDATE companies
               SET rounding_level = %(rounding_level)s, rounding_mode = %(rounding_mode)s,
                   cash_rounding = %(cash_rounding)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Rebranded: """
            UPDATE companies SET logo_image_id = %(logo_image_id)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.ReceiptReworded: """
            UPDATE companies
               SET receipt_header = %(receipt_header)s, receipt_footer = %(receipt_footer)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.TillsInstructed: """
            UPDATE companies
               SET ask_for_customer = %(ask_for_customer)s, lock_after_seconds = %(lock_after_seconds)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.DiscountsCapped: """
            UPDATE companies
               SET discount_ceilings = %(ceilings)s::jsonb, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.BackdatingAllowed: """
            UPDATE companies
               SET backdating_days = %(backdating_days)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.BooksClosed: """
            UPDATE companies
               SET books_closed_until = %(books_closed_until)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.PurchasingAgreed: """
            UPDATE companies
               SET over_receive_percent = %(over_receive_percent)s,
                   default_lead_time_days = %(default_lead_time_days)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.ShiftsRegulated: """
            UPDATE companies
               SET shift_required = %(shift_required)s, blind_close = %(blind_close)s,
                   over_short_limit = %(over_short_limit)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.ReturnsRegulated: """
            UPDATE companies
               SET refund_to_original = %(refund_to_original)s,
                   cross_store_returns = %(cross_store_returns)s, return_days = %(return_days)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.HeldSalesLimited: """
            UPDATE companies SET held_hours = %(held_hours)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.OrderReservationsLimited: """
            UPDATE companies
               SET order_reservation_days = %(order_reservation_days)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.ReceiptPaperChosen: """
            UPDATE companies SET receipt_paper = %(receipt_paper)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.WeekStartChosen: """
            UPDATE companies SET week_start = %(week_start)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.ReportMailRegulated: """
            UPDATE companies
               SET reports_to_outside = %(reports_to_outside)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.AuditorNamed: """
            UPDATE companies SET auditor_email = %(auditor_email)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Cloned: """
            UPDATE companies
               SET name = %(name)s, name_key = %(name_key)s, name_words = %(name_words)s,
                   is_sandbox = true, status = 'active',
                   suspension_reason = NULL, auditor_email = NULL, public_proofs = false,
                   package_id = NULL,
                   subscription_status = NULL, trial_ends_at = NULL, period_ends_at = NULL, due_at = NULL,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.ProofsRegulated: """
            UPDATE companies
               SET public_proofs = %(public_proofs)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Suspended: """
            UPDATE companies
               SET status = 'suspended', suspension_reason = %(reason)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Activated: """
            UPDATE companies
               SET status = 'active', suspension_reason = NULL, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Archived: """
            UPDATE companies
               SET status = 'archived', due_at = NULL,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Subscribed: """
            UPDATE companies
               SET package_id = %(package_id)s, subscription_status = %(status)s,
                   trial_ends_at = %(trial_ends_at)s, period_ends_at = %(period_ends_at)s, due_at = %(due)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.Renewed: """
            UPDATE companies
               SET subscription_status = %(status)s, trial_ends_at = %(trial_ends_at)s,
                   period_ends_at = %(period_ends_at)s, due_at = %(due)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
        Company.TrialEnded: _FALL_DUE,
        Company.PaymentOverdue: _FALL_DUE,
        Company.Expired: """
            UPDATE companies
               SET subscription_status = 'expired', due_at = NULL, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s
        """,
    }
    derives = {
        "name_key": (name_key, "name"),
        "name_words": (joined_words, "name"),
        "ceilings": (_written, "discount_ceilings"),
        "due": (_due, "status", "trial_ends_at", "period_ends_at"),
        "grace_ends_at": (_after_grace, "due_at"),
        # What holds in a company that has said nothing about it.
        "first_ceilings": (lambda: _written(DISCOUNT_CEILINGS),),
        "first_backdating_days": (lambda: BACKDATING_DAYS,),
        "first_over_receive_percent": (lambda: OVER_RECEIVE_PERCENT,),
        "first_lead_time_days": (lambda: LEAD_TIME_DAYS,),
        "first_refund_to_original": (lambda: REFUND_TO_ORIGINAL,),
        "first_held_hours": (lambda: HELD_HOURS,),
        "first_order_reservation_days": (lambda: ORDER_RESERVATION_DAYS,),
        "first_receipt_paper": (lambda: RECEIPT_PAPER,),
        "first_week_start": (lambda: WEEK_START,),
    }
    schema = """
        CREATE TABLE companies (
            company_id             uuid PRIMARY KEY,
            name                   text NOT NULL,
            name_key               text NOT NULL,
            name_words             text NOT NULL,
            currency               text NOT NULL,
            timezone               text NOT NULL,
            email                  text,
            phone                  text,
            address                text,
            tax_number             text,
            logo_image_id          uuid,
            receipt_header         text,
            receipt_footer         text,
            ask_for_customer       boolean NOT NULL,
            lock_after_seconds     bigint,
            rounding_level         text NOT NULL,
            rounding_mode          text NOT NULL,
            cash_rounding          bigint NOT NULL,
            discount_ceilings      jsonb NOT NULL,
            backdating_days        bigint NOT NULL,
            books_closed_until     date,
            over_receive_percent   numeric NOT NULL,
            default_lead_time_days bigint NOT NULL,
            shift_required         boolean NOT NULL,
            blind_close            boolean NOT NULL,
            over_short_limit       bigint,
            refund_to_original     text NOT NULL,
            cross_store_returns    boolean NOT NULL,
            return_days            bigint,
            held_hours             bigint NOT NULL,
            order_reservation_days bigint,
            receipt_paper          text NOT NULL,
            week_start             text NOT NULL,
            reports_to_outside     boolean NOT NULL,
            auditor_email          text,
            public_proofs          boolean NOT NULL,
            is_sandbox             boolean NOT NULL,
            status                 text NOT NULL,
            suspension_reason      text,
            package_id             uuid,
            subscription_status    text,
            trial_ends_at          timestamptz,
            period_ends_at         timestamptz,
            due_at                 timestamptz,
            version                bigint NOT NULL,
            created_at             timestamptz NOT NULL,
            updated_at             timestamptz NOT NULL
        );
        CREATE INDEX companies_by_due ON companies (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX companies_by_package ON companies (package_id) WHERE package_id IS NOT NULL;
        CREATE INDEX companies_by_name ON companies (name_key, company_id);
    """
