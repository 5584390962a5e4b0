"""When days of stores were closed: up to which position of the log their figures are those first reported."""

from domain.shifts import Shift
from projections.base import Projection, all_but


class ReportClosings(Projection):
    """One row for each day of a store and each close of a shift that sold on it.

    What a day was first reported as is known up to the last of them. What became known of it later, such as a
    sale of a till that had no connection, lies beyond.
    """

    name = "report_closings"
    tables = ("report_closings",)
    on = {
        Shift.Closed: """
            INSERT INTO report_closings (company_id, store_id, business_date, closed_position)
            SELECT %(company_id)s, %(store_id)s, business_date, %(position)s
              FROM unnest(%(business_dates)b::date[]) AS closed(business_date)
            RETURNING company_id
        """,
    }
    derives = {
        "store_id": (lambda report: report.store_id, "report"),
        "business_dates": (lambda report: list(report.business_dates), "report"),
    }
    # Nothing else closes a day; what is counted again or noted late changes nothing of when it was closed.
    ignores = all_but(Shift, Shift.Closed)
    schema = """
        CREATE TABLE report_closings (
            company_id      uuid NOT NULL,
            store_id        uuid NOT NULL,
            closed_position bigint NOT NULL,
            business_date   date NOT NULL,
            PRIMARY KEY (company_id, store_id, business_date, closed_position)
        );
    """
