"""`mipos`, but that hashes of passwords cost next to nothing; a real one takes a core for 0.2 s."""

from argon2 import PasswordHasher

from infra.cli.main import main
from infra.identity import hashes


def cheap_hasher() -> PasswordHasher:
    """What hashes passwords in tests."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


if __name__ == "__main__":
    setattr(hashes, "PasswordHasher", cheap_hasher)  # noqa: B010 - the module does not export it
    main()
