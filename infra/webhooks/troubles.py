"""Whatever is wrong with one webhook, the others go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
import structlog

from infra.process.troubles import described
from projections.base import CompanyClosed, ServerOutdated

log = structlog.get_logger("webhooks")


@contextmanager
def each_by_itself(company_id: UUID, webhook_id: UUID) -> Iterator[None]:
    """Tell of what goes wrong within, and go on; it is tried again the next time. Raises psycopg.Error."""
    try:
        yield
    except (psycopg.Error, GeneratorExit):
        raise
    except (CompanyClosed, ServerOutdated):
        # For as long as somebody looks after it; the schedule of jobs tells of that.
        pass
    except Exception as trouble:  # noqa: BLE001 it may be anything
        names = {"company_id": str(company_id), "webhook_id": str(webhook_id)}
        log.warning("a webhook could not be looked after", **names, error=described(trouble))
