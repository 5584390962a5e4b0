"""Where `mipos` begins: with next to nothing, so that Ctrl-C is heard from the first moment on."""

from importlib import import_module

from infra.process.signals import ended_at_once


def main() -> None:
    """Run the command line."""
    with ended_at_once():
        command_line = import_module("infra.cli.main")
    command_line.main()


if __name__ == "__main__":
    main()
