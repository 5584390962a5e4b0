"""A process for one task: a module by its name, what to do on the input, the result on the output."""

import pickle
import sys
from importlib import import_module


def main() -> None:
    """Read the task, do it, and write what came of it."""
    what = pickle.load(sys.stdin.buffer)  # noqa: S301 our own parent wrote it
    pickle.dump(import_module(sys.argv[1]).run(what), sys.stdout.buffer)


if __name__ == "__main__":
    main()
