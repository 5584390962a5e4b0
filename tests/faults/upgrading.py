"""An upgrade in a process of its own, to be killed; its arguments are owner, schema and both roles."""

import sys

from infra.postgres.installation import Installation
from infra.runtime.models import EVENT_TYPES
from infra.upgrades.upgrade import Upgrade
from tests.infra.upgrades import OtherOrders, OtherSales, OtherSettings, next_version

MODELS = next_version(OtherOrders(), OtherSales(), OtherSettings())


def main() -> None:
    owner, schema, app, worker = sys.argv[1:]
    upgrade = Upgrade(owner, Installation(schema, app, worker), EVENT_TYPES, MODELS, processes=2)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    upgrade.run()


if __name__ == "__main__":
    main()
