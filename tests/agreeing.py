"""Whether all reports of a shop agree with each other, once the worker has come to the end of its log."""

from typing import Any

import psycopg

from infra.projections.report_reconciliation import reconcile_all
from infra.projections.staging import ignore_progress
from infra.runtime.models import EVENT_TYPES
from tests.waiting import eventually


def reports_agree(shop: Any) -> None:
    """Every way to a figure of its reports comes to the same, on every business date."""
    database, company_id = shop.service.database, shop.company_id
    with psycopg.connect(database.worker, autocommit=True) as connection:
        eventually(lambda: connection.execute(_IS_KNOWN, [company_id]).fetchone() == (True,))
    outcome = reconcile_all(database.worker, EVENT_TYPES, [company_id], ignore_progress)
    assert (outcome.differences, outcome.gaps) == ([], {})
    assert outcome.days > 0


_IS_KNOWN = """
    SELECT bool_and(mark.position >= head.position)
      FROM company_head AS head JOIN projection_checkpoints AS mark USING (company_id)
     WHERE head.company_id = %s
"""
