"""An upgrade in a process of its own, to be killed; its arguments are owner, schema and both roles."""

import sys

from infra.postgres.installation import Installation
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.upgrade import Upgrade
from projections.base import Projection
from projections.orders import Orders
from projections.reports.sales_daily import SalesDaily
from projections.settings import Settings


class NextOrders(Orders):
    """Orders in the next version, with one column more."""

    version = Orders.version + 1
    schema = Orders.schema + "ALTER TABLE orders ADD COLUMN remark text;"


class NextSales(SalesDaily):
    """A report in the next version."""

    version = SalesDaily.version + 1


class NextSettings(Settings):
    """Settings in the next version; the listing of products is made from them."""

    version = Settings.version + 1


NEXT: dict[str, Projection] = {one.name: one for one in (NextOrders(), NextSales(), NextSettings())}
MODELS: tuple[Projection, ...] = tuple(NEXT.get(one.name, one) for one in PROJECTIONS)


def main() -> None:
    owner, schema, app, worker = sys.argv[1:]
    upgrade = Upgrade(owner, Installation(schema, app, worker), EVENT_TYPES, MODELS, processes=2)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    upgrade.run()


if __name__ == "__main__":
    main()
