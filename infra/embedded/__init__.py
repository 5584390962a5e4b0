"""The database server that MIPOS brings along, for a shop that has none."""

from infra.embedded.binaries import Binaries, check_server_version, find_binaries
from infra.embedded.errors import EmbeddedServerError
from infra.embedded.server import EmbeddedServer

__all__ = ["Binaries", "EmbeddedServer", "EmbeddedServerError", "check_server_version", "find_binaries"]
