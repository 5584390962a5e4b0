"""Runs a witness until it is told to end."""

from pathlib import Path
from threading import Thread

import click

from domain.seals.cosignatures import is_name
from infra.process.signals import event_of_ending
from infra.seals.witness import Cosigned, Cosigner, NotTrusted, TrustedLogs, WitnessBusy, witness_seed
from infra.seals.witness_server import WitnessServer

KEY, STATE = "witness_key", "cosigned.json"


def run_witness(name: str, address: tuple[str, int], folder: Path, trust: Path) -> None:
    """Serve. Raises ClickException, in a sentence, for what a person can mend."""
    if not is_name(name):
        message = "The name of a witness has neither spaces nor a plus sign."
        raise click.ClickException(message)
    try:
        trusted = TrustedLogs(trust.read_text(encoding="utf-8").splitlines())
        cosigned = Cosigned(folder / STATE)
        cosigner = Cosigner(name, witness_seed(folder / KEY), trusted, cosigned)
        server = WitnessServer(address, cosigner)
    except (NotTrusted, WitnessBusy) as error:
        raise click.ClickException(str(error)) from None
    except ValueError as error:
        message = f"{folder} has a {KEY} or {STATE} that cannot be read: {error}"
        raise click.ClickException(message) from None
    except OSError as error:
        message = f"The witness cannot start: {error}"
        raise click.ClickException(message) from None
    _serve(server, cosigner.witness.vkey)
    cosigned.close()


def _serve(server: WitnessServer, vkey: str) -> None:
    ended = event_of_ending()
    host, port = server.server_address[:2]
    serving = Thread(target=server.serve_forever, name="witness", daemon=True)
    serving.start()
    click.echo(f"{vkey}\nis the verifier key of this witness, which answers at http://{host!s}:{port}.")
    ended.wait()
    server.shutdown()
    server.server_close()
