"""Messages: which documents are still to be mailed, and to whom the others went."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.customers import Customer
from domain.messages import Message
from projections.base import Database, Projection, Row, all_but


class Messages(Projection):
    """One row for each message; its address goes with the customer whose document it is."""

    name = "messages"
    version = 3
    mode = "inline"
    tables = ("messages",)
    on = {
        Message.Written: """
            INSERT INTO messages (company_id, id, customer_id, address, document, document_id, part_id,
                                  language, status, written_at)
            VALUES (%(company_id)s, %(stream_id)s, %(customer_id)s, %(address)s, %(document)s,
                    %(document_id)s, %(part_id)s, %(language)s, 'waiting', %(at)s)
        """,
        Message.Sent: """
            UPDATE messages SET status = 'sent', document_version = %(document_version)s, sent_at = %(at)s
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Message.GivenUp: """
            UPDATE messages SET status = 'failed'
             WHERE company_id = %(company_id)s AND id = %(stream_id)s
        """,
        Customer.Erased: """
            UPDATE messages SET address = NULL
             WHERE company_id = %(company_id)s
               AND (customer_id = %(stream_id)s OR customer_id = ANY(%(customer_ids)b::uuid[]))
        """,
    }
    # Nothing else about a customer is kept of what they were mailed.
    ignores = all_but(Customer, Customer.Erased)
    schema = """
        CREATE TABLE messages (
            company_id       uuid NOT NULL,
            id               uuid NOT NULL,
            customer_id      uuid,
            address          text,
            document         text NOT NULL,
            document_id      uuid NOT NULL,
            part_id          uuid,
            language         text NOT NULL,
            document_version bigint,
            status           text NOT NULL,
            written_at       timestamptz NOT NULL,
            sent_at          timestamptz,
            PRIMARY KEY (company_id, id)
        );
        -- They would keep addresses that nobody could erase.
        ALTER TABLE messages ALTER COLUMN address SET STATISTICS 0;
        CREATE INDEX messages_by_customer ON messages (company_id, customer_id)
            WHERE customer_id IS NOT NULL;
        CREATE INDEX messages_by_document ON messages (company_id, document_id);
        CREATE INDEX messages_waiting ON messages (written_at) WHERE status = 'waiting';
    """


_OF_DOCUMENT: LiteralString = """
    SELECT id, address, status, sent_at FROM messages
     WHERE company_id = %(company_id)s AND document_id = %(document_id)s
       AND (%(as_of)s::timestamptz IS NULL OR written_at <= %(as_of)s)
     ORDER BY written_at DESC, id DESC
     LIMIT 1
"""


def find_message(db: Database, document_id: UUID, as_of: datetime | None = None) -> Row | None:
    """The last message that has a document, of those written by `as_of`, as it is now; or None."""
    params = {"company_id": db.company_id, "document_id": document_id, "as_of": as_of}
    return db.ask(_OF_DOCUMENT, params).row()
