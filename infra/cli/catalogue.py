"""Every command, by what it is for: where it is found, and what it does in a line."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Entry(NamedTuple):
    """The module and the name of a command, and what it does."""

    target: str
    help: str


#: In the order in which people come to need them.
SECTIONS: Final[Mapping[str, Mapping[str, Entry]]] = MappingProxyType(
    {
        "Run it": {
            "up": Entry(
                "infra.cli.running:up", "Run everything: database, migrations, demo, API and worker."
            ),
            "migrate": Entry("infra.cli.running:migrate", "Bring the database to this version."),
            "serve": Entry("infra.cli.running:serve", "Answer HTTP requests."),
            "worker": Entry("infra.cli.running:worker", "Keep read models up to date and do the timed jobs."),
        },
        "Begin": {
            "super-admin": Entry("infra.cli.platform:super_admin", "Let somebody run the platform."),
            "company": Entry(
                "infra.cli.company:company", "Bring a company in, clone one, let somebody manage it."
            ),
            "import": Entry("infra.cli.imports:import_group", "Bring in sales that were made elsewhere."),
            "reset": Entry("infra.cli.reset:reset", "Throw everything away and begin again."),
        },
        "Look into it": {
            "routes": Entry("infra.cli.routes:routes", "List what the API can be asked."),
            "console": Entry("infra.cli.console:console", "A Python prompt with everything open."),
            "doctor": Entry("infra.cli.doctor:doctor", "Say what is not well, and what to do about it."),
            "projections": Entry(
                "infra.cli.projections:projections", "List, rebuild and verify read models."
            ),
            "stock": Entry("infra.cli.stock:stock", "Check stock against the log."),
            "reports": Entry("infra.cli.reports:reports", "Check files of reports against the log."),
            "fiscal": Entry("infra.cli.fiscal:fiscal", "Check closings against the log."),
            "audit": Entry("infra.cli.audit:audit", "Hand out logs that prove themselves."),
        },
        "Keep it": {
            "backup": Entry("infra.cli.backup:backup", "Write a backup while the shop sells."),
            "restore": Entry("infra.cli.backup:restore", "Make a data folder from a backup."),
            "keys": Entry("infra.cli.keys:keys", "Keep the keys of persons under another data key."),
            "scrub": Entry("infra.cli.scrub:scrub", "Take the bytes of erased persons off the disk."),
            "erasures": Entry("infra.cli.erasures:erasures", "Forget again whom a restored backup knows."),
        },
        "Count and measure": {
            "facts": Entry("infra.cli.facts:facts", "Hand facts to analysts, and count in them."),
            "bench": Entry("infra.cli.bench:bench", "Measure, in ratios within one run."),
        },
    }
)

COMMANDS: Final[Mapping[str, Entry]] = MappingProxyType(
    {name: entry for section in SECTIONS.values() for name, entry in section.items()}
)

#: What `./mipos` in the project does by itself, without this command line.
OF_THE_PROJECT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "./mipos test": "Run the tests; arguments are pytest's.",
        "./mipos test-faults": "Kill, cut, freeze and flood, many times over.",
    }
)
