"""The database server that MIPOS brings along, for a shop that has none."""

from infra.postgres.embedded.binaries import Binaries, check_server_version, find_binaries
from infra.postgres.embedded.errors import EmbeddedServerError
from infra.postgres.embedded.server import EmbeddedServer

__all__ = ["Binaries", "EmbeddedServer", "EmbeddedServerError", "check_server_version", "find_binaries"]
