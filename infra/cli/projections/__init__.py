"""The developers' side of the read models on the terminal: how they are, and what is done about them."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import click

from infra.cli.projections.listing import list_command, status
from infra.cli.projections.parked import retry, skip
from infra.cli.projections.pauses import pause, resume
from infra.cli.projections.rebuilding import rebuild, verify_command


@click.group()
def projections() -> None:
    """Look after the read models: everything that is derived from the log, and nothing else.

    \b
    mipos projections status                 how far behind each is, and what is parked
    mipos projections verify --all           does every row say what the log says?
    mipos projections rebuild stock          make it anew from the first event
    mipos projections pause report_sales     let it rest, until `resume`
    mipos projections retry report_sales     try the event again at which it is parked
    mipos projections skip report_sales …    or pass over that event, for a reason
    """


for command in (list_command, status, rebuild, verify_command, retry, skip, pause, resume):
    projections.add_command(command)
