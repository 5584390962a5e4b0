"""Stock as a read model of reports: facts that never change, and what they add up to."""

from collections.abc import Sequence

from domain.orders import Order
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reservations import Reservation
from domain.stock.transfers import Transfer
from projections.base import Database, Fact, Projection, all_but
from projections.reports.stock.batch import Batch
from projections.reports.stock.promises import PROMISED
from projections.reports.stock.readings import Drafted, Route, VoidedSale
from projections.stock.movements.rows import READ


class StockReports(Projection):
    """One fact a row of the ledger (`stock_movements`), at its position and its number within the event.

    `kind` is the column of the report of movements that a fact belongs to: what is reversed, or voided, is
    taken off what it was, what is voided on the day of its sale. Goods in transit are a storage of their own
    (`IN_TRANSIT`). Quantities are counted in hundred-thousandths, values in minor currency units; both have a
    sign.

    `stock_totals` is what the facts come to, so that what was there at a moment is that less what came since.
    `stock_layers` says of what came in when it was received: goods that come from another storage were
    received when they first came to the company. What customers bring back has no layer: the one that was
    taken last is whole again. `stock_promises` has what is reserved and what is on order, `purchase_facts`
    what became of orders to suppliers; their days are those of UTC.

    The other tables remember of documents what their later events do not repeat.
    """

    name = "report_stock"
    version = 4
    tables = (
        "stock_facts",
        "stock_totals",
        "stock_layers",
        "stock_promises",
        "stock_originals",
        "stock_voids",
        "stock_routes",
        "stock_shipments",
        "stock_purchases",
        "purchase_facts",
    )
    reading_indexes = (
        "stock_facts_by_day",
        "stock_facts_of_adjustments",
        "stock_facts_by_variant",
        "stock_totals_by_variant",
        "stock_promises_by_day",
        "purchase_facts_by_day",
    )
    folds = {
        **READ,
        **PROMISED,
        Transfer.Drafted: Route,
        PurchaseOrder.Drafted: Drafted,
        Order.Voided: VoidedSale,
    }
    # Movements say what transfers and orders do to stock, save what is promised.
    ignores = (
        all_but(Transfer, Transfer.Drafted, *READ)
        | all_but(Order, Order.Voided, *PROMISED)
        | all_but(PurchaseOrder, PurchaseOrder.Drafted, *PROMISED)
        | all_but(Reservation, *PROMISED)
    )
    # A question reads what lies behind a position, the days of a period, or the story of a variant.
    schema = """
        CREATE TABLE stock_facts (
            company_id     uuid NOT NULL,
            position       bigint NOT NULL,
            number         int NOT NULL,
            business_date  date NOT NULL,
            storage_id     uuid NOT NULL,
            variant_id     uuid NOT NULL,
            kind           text COLLATE "C" NOT NULL,
            quantity       bigint NOT NULL,
            value          bigint NOT NULL,
            supplier_id    uuid,
            actor_id       uuid,
            for_storage_id uuid,
            PRIMARY KEY (company_id, position, number)
        );
        CREATE INDEX stock_facts_by_day ON stock_facts (company_id, business_date, storage_id);
        CREATE INDEX stock_facts_of_adjustments ON stock_facts (company_id, business_date)
         WHERE kind NOT IN ('received', 'returned', 'transferred_in', 'sold', 'transferred_out',
                            'supplier_returned');
        CREATE INDEX stock_facts_by_variant
            ON stock_facts (company_id, variant_id, storage_id, kind, business_date);
        CREATE TABLE stock_totals (
            company_id        uuid NOT NULL,
            storage_id        uuid NOT NULL,
            variant_id        uuid NOT NULL,
            quantity          bigint NOT NULL,
            value             bigint NOT NULL,
            reserved          bigint NOT NULL,
            ordered           bigint NOT NULL,
            in_transit        bigint NOT NULL,
            last_received     date,
            received_position bigint,
            last_sold         date,
            sold_position     bigint,
            last_counted      date,
            counted_position  bigint,
            PRIMARY KEY (company_id, storage_id, variant_id)
        ) WITH (fillfactor = 70);
        CREATE INDEX stock_totals_by_variant ON stock_totals (company_id, variant_id);
        CREATE TABLE stock_layers (
            company_id    uuid NOT NULL,
            variant_id    uuid NOT NULL,
            storage_id    uuid NOT NULL,
            position      bigint NOT NULL,
            number        int NOT NULL,
            received_on   date NOT NULL,
            business_date date NOT NULL,
            quantity      bigint NOT NULL,
            PRIMARY KEY (company_id, variant_id, storage_id, position, number)
        );
        CREATE TABLE stock_promises (
            company_id  uuid NOT NULL,
            position    bigint NOT NULL,
            number      int NOT NULL,
            promised_on date NOT NULL,
            storage_id  uuid NOT NULL,
            variant_id  uuid NOT NULL,
            reserved    bigint NOT NULL,
            ordered     bigint NOT NULL,
            PRIMARY KEY (company_id, position, number)
        );
        CREATE INDEX stock_promises_by_day ON stock_promises (company_id, promised_on);
        CREATE TABLE stock_originals (
            company_id    uuid NOT NULL,
            movement_id   uuid NOT NULL,
            kind          text NOT NULL,
            supplier_id   uuid,
            business_date date NOT NULL,
            PRIMARY KEY (company_id, movement_id)
        );
        CREATE TABLE stock_voids (
            company_id    uuid NOT NULL,
            order_id      uuid NOT NULL,
            business_date date NOT NULL,
            PRIMARY KEY (company_id, order_id)
        );
        CREATE TABLE stock_routes (
            company_id    uuid NOT NULL,
            transfer_id   uuid NOT NULL,
            to_storage_id uuid NOT NULL,
            PRIMARY KEY (company_id, transfer_id)
        );
        CREATE TABLE stock_shipments (
            company_id  uuid NOT NULL,
            transfer_id uuid NOT NULL,
            variant_id  uuid NOT NULL,
            number      int NOT NULL,
            received_on date NOT NULL,
            quantity    bigint NOT NULL,
            PRIMARY KEY (company_id, transfer_id, variant_id, number)
        );
        CREATE TABLE stock_purchases (
            company_id  uuid NOT NULL,
            order_id    uuid NOT NULL,
            supplier_id uuid NOT NULL,
            storage_id  uuid NOT NULL,
            ordered_at  timestamptz,
            ordered     bigint NOT NULL,
            is_open     boolean NOT NULL,
            PRIMARY KEY (company_id, order_id)
        );
        CREATE TABLE purchase_facts (
            company_id    uuid NOT NULL,
            position      bigint NOT NULL,
            order_id      uuid NOT NULL,
            supplier_id   uuid NOT NULL,
            storage_id    uuid NOT NULL,
            business_date date NOT NULL,
            ordered_on    date NOT NULL,
            ordered       bigint NOT NULL,
            received      bigint NOT NULL,
            opened        smallint NOT NULL,
            deliveries    smallint NOT NULL,
            lead_days     int NOT NULL,
            PRIMARY KEY (company_id, position)
        );
        CREATE INDEX purchase_facts_by_day ON purchase_facts (company_id, business_date);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Turn a batch into rows, with what earlier events say of their documents, and add these."""
        batch = Batch(db, facts)
        for fact in facts:
            batch.add(fact)
        batch.write()
