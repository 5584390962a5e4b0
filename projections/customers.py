"""Customers as the back office and the till see them."""

from collections.abc import Sequence
from typing import Any, LiteralString

import msgspec

from domain.customers import Customer
from domain.phones import phone_key
from domain.settings import name_key
from projections.base import Database, Fact, Projection, in_whole

_encode = msgspec.json.Encoder().encode


#: How customers refer to a group (`id`) that is to be archived.
USES: LiteralString = """
    EXISTS (SELECT 1 FROM customer_group_members AS member
              JOIN customers AS c ON c.company_id = member.company_id AND c.id = member.customer_id
             WHERE member.company_id = %(company_id)s AND member.group_id = %(id)s AND NOT c.is_archived)
"""


def email_key(email: str | None) -> str | None:
    """The form in which two e-mail addresses are the same."""
    return email.casefold() if email else None


def _phone_key(phone: str | None) -> str | None:
    return phone_key(phone) if phone else None


def _json(value: Any) -> str:
    return _encode(value).decode()


class Customers(Projection):
    """One row for each customer. What is erased leaves the row, which keeps what is no word about anybody.

    Whose other row a customer turned out to be is said by `merged_into`; the sales of both count as one's.
    `phone_key` and `email_key` are by what two customers may be one. The groups of each have rows of
    their own, by which lists go.
    """

    name = "customers"
    version = 6
    mode = "inline"
    tables = ("customers", "customer_group_members")
    folds = in_whole(Customer.Registered)
    derives = {
        "name_key": (name_key, "name"),
        "phone_key": (_phone_key, "phone"),
        "email_key": (email_key, "email"),
        "address_json": (_json, "address"),
        "consent_json": (_json, "consent"),
        "purpose": (lambda consent: consent.purpose, "consent"),
    }
    on = {
        Customer.Renamed: """
            UPDATE customers SET name = %(name)s, name_key = %(name_key)s, version = %(version)s,
                   updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Relocated: """
            UPDATE customers SET phone = %(phone)s, phone_key = %(phone_key)s, email = %(email)s,
                   email_key = %(email_key)s, address = nullif(%(address_json)s::text::jsonb, 'null'),
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Identified: """
            UPDATE customers SET tax_number = %(tax_number)s, reference = %(reference)s,
                   birthday = %(birthday)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Annotated: """
            UPDATE customers SET note = %(note)s, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Grouped: (
            """
            UPDATE customers SET group_ids = %(group_ids)b, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
            """,
            """
            DELETE FROM customer_group_members
             WHERE company_id = %(company_id)s AND customer_id = %(stream_id)s
            """,
            """
            INSERT INTO customer_group_members (company_id, group_id, customer_id)
            SELECT DISTINCT %(company_id)s::uuid, id, %(stream_id)s::uuid
              FROM unnest(%(group_ids)b::uuid[]) AS own(id)
            RETURNING company_id
            """,
        ),
        Customer.CreditAgreed: """
            UPDATE customers SET credit_limit = %(credit_limit)s, terms_days = %(terms_days)s,
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Consented: """
            UPDATE customers
               SET consents = consents || jsonb_build_object(%(purpose)s::text,
                                                             %(consent_json)s::text::jsonb),
                   version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Archived: """
            UPDATE customers SET is_archived = true, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Restored: """
            UPDATE customers SET is_archived = false, version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Absorbed: """
            UPDATE customers SET version = %(version)s, updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Merged: """
            UPDATE customers SET merged_into = %(into)s, is_archived = true, version = %(version)s,
                   updated_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        # Those absorbed are erased with the customer, and so are their keys. They read ERASED_NAME and
        # ERASED_REASON.
        Customer.Erased: """
            UPDATE customers
               SET name = 'Erased customer', name_key = 'erased customer', phone = NULL, phone_key = NULL,
                   email = NULL, email_key = NULL, address = NULL, tax_number = NULL, reference = NULL,
                   birthday = NULL, note = NULL,
                   consents = (SELECT coalesce(jsonb_object_agg(key, value || '{"source": "Erased"}'), '{}')
                                 FROM jsonb_each(consents)),
                   is_archived = true, erased_at = %(at)s,
                   version = CASE WHEN id = %(stream_id)s THEN %(version)s ELSE version END,
                   updated_at = %(at)s
             WHERE company_id = %(company_id)s AND (id = %(stream_id)s OR id = ANY(%(customer_ids)b::uuid[]))
        """,
    }
    # NOTE: no statistics of what is personal: they would keep words of it that nobody could erase.
    schema = """
        CREATE TABLE customers (
            company_id   uuid NOT NULL,
            id           uuid NOT NULL,
            name         text NOT NULL,
            name_key     text NOT NULL,
            reference    text,
            phone        text,
            phone_key    text,
            email        text,
            email_key    text,
            address      jsonb,
            tax_number   text,
            birthday     date,
            note         text,
            group_ids    uuid[] NOT NULL,
            credit_limit bigint,
            terms_days   int,
            consents     jsonb NOT NULL,
            store_id     uuid,
            is_archived  boolean NOT NULL,
            erased_at    timestamptz,
            merged_into  uuid,
            version      bigint NOT NULL,
            created_at   timestamptz NOT NULL,
            updated_at   timestamptz NOT NULL,
            PRIMARY KEY (company_id, id)
        );
        ALTER TABLE customers ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN name_key SET STATISTICS 0,
            ALTER COLUMN reference SET STATISTICS 0, ALTER COLUMN phone SET STATISTICS 0,
            ALTER COLUMN phone_key SET STATISTICS 0, ALTER COLUMN email_key SET STATISTICS 0,
            ALTER COLUMN email SET STATISTICS 0, ALTER COLUMN address SET STATISTICS 0,
            ALTER COLUMN tax_number SET STATISTICS 0, ALTER COLUMN birthday SET STATISTICS 0,
            ALTER COLUMN note SET STATISTICS 0, ALTER COLUMN consents SET STATISTICS 0;
        CREATE INDEX customers_by_name ON customers (company_id, name_key, id);
        CREATE INDEX customers_by_time ON customers (company_id, created_at, id);
        CREATE INDEX customers_merged ON customers (company_id, merged_into) WHERE merged_into IS NOT NULL;
        CREATE INDEX customers_archived ON customers (company_id, name_key, id) WHERE is_archived;
        CREATE INDEX customers_counted ON customers (company_id, is_archived);
        CREATE INDEX customers_by_phone ON customers (company_id, phone_key) WHERE phone_key IS NOT NULL;
        CREATE INDEX customers_by_email ON customers (company_id, email_key) WHERE email_key IS NOT NULL;
        CREATE TABLE customer_group_members (
            company_id  uuid NOT NULL,
            group_id    uuid NOT NULL,
            customer_id uuid NOT NULL,
            PRIMARY KEY (company_id, group_id, customer_id)
        );
        CREATE INDEX customer_group_members_of ON customer_group_members (company_id, customer_id);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Customers arrive in bulk at an import, so a batch is one statement."""
        new = [fact for fact in facts if fact.event is Customer.Registered]
        if new:
            db.execute(_INSERT, _rows(new, db))
            if members := [(group, fact.stream_id) for fact in new for group in set(fact.data.group_ids)]:
                groups, customers = map(list, zip(*members, strict=True))
                own = {"company_id": db.company_id, "groups": groups, "customers": customers}
                db.execute(_INSERT_MEMBERS, own)
        super().apply([fact for fact in facts if fact.event in self.on], db)


_INSERT: LiteralString = """
    INSERT INTO customers (company_id, id, name, name_key, reference, phone, phone_key, email, email_key,
                           address, tax_number, birthday, note, group_ids, credit_limit, terms_days, consents,
                           store_id, is_archived, version, created_at, updated_at)
    SELECT %(company_id)s, id, name, name_key, reference, phone, phone_key, email, email_key,
           nullif(address::jsonb, 'null'), tax_number, birthday, note,
           ARRAY(SELECT jsonb_array_elements_text(group_ids::jsonb)::uuid),
           credit_limit, terms_days, consents::jsonb, store_id, false, 1, at, at
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(names)b::text[]) AS name,
                   unnest(%(keys)b::text[]) AS name_key, unnest(%(references)b::text[]) AS reference,
                   unnest(%(phones)b::text[]) AS phone, unnest(%(phone_keys)b::text[]) AS phone_key,
                   unnest(%(emails)b::text[]) AS email, unnest(%(email_keys)b::text[]) AS email_key,
                   unnest(%(addresses)b::text[]) AS address, unnest(%(tax_numbers)b::text[]) AS tax_number,
                   unnest(%(birthdays)b::date[]) AS birthday, unnest(%(notes)b::text[]) AS note,
                   unnest(%(groups)b::text[]) AS group_ids, unnest(%(limits)b::bigint[]) AS credit_limit,
                   unnest(%(terms)b::bigint[]) AS terms_days, unnest(%(consents)b::text[]) AS consents,
                   unnest(%(stores)b::uuid[]) AS store_id, unnest(%(ats)b::timestamptz[]) AS at) AS new
    RETURNING company_id
"""

_INSERT_MEMBERS: LiteralString = """
    INSERT INTO customer_group_members (company_id, group_id, customer_id)
    SELECT %(company_id)s, unnest(%(groups)b::uuid[]), unnest(%(customers)b::uuid[])
    RETURNING company_id
"""


def _rows(facts: Sequence[Fact], db: Database) -> dict[str, Any]:
    data = [fact.data for fact in facts]
    return {
        "company_id": db.company_id,
        "ids": [fact.stream_id for fact in facts],
        "names": [one.name for one in data],
        "keys": [name_key(one.name) for one in data],
        "references": [one.reference for one in data],
        "phones": [one.phone for one in data],
        "phone_keys": [_phone_key(one.phone) for one in data],
        "email_keys": [email_key(one.email) for one in data],
        "emails": [one.email for one in data],
        "addresses": [_json(one.address) for one in data],
        "tax_numbers": [one.tax_number for one in data],
        "birthdays": [one.birthday for one in data],
        "notes": [one.note for one in data],
        # Arrays of arrays would all have to be of one length.
        "groups": [_json(one.group_ids) for one in data],
        "limits": [one.credit_limit for one in data],
        "terms": [one.terms_days for one in data],
        "consents": [_json({consent.purpose: consent for consent in one.consents}) for one in data],
        "stores": [one.store_id for one in data],
        "ats": [fact.at for fact in facts],
    }
