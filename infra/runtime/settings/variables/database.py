"""What an operator can set of the database and of who keeps read models up to date."""

from infra.runtime.settings.addresses import database_url
from infra.runtime.settings.setting import Setting
from infra.runtime.settings.texts import path, schema, whole

SCHEMA = "mipos"

DATABASE: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL",
        None,
        "PostgreSQL 15 or newer, as the owner of the installation, who migrates it.",
        database_url,
        default_text="the embedded server",
        is_secret=True,
    ),
    Setting(
        "MIPOS_APP_DATABASE_URL",
        None,
        "The same database as the web server connects to it.",
        database_url,
        default_text="`DATABASE_URL` as a role of the installation",
        is_secret=True,
    ),
    Setting(
        "MIPOS_WORKER_DATABASE_URL",
        None,
        "The same database as the projection workers connect to it.",
        database_url,
        default_text="`DATABASE_URL` as a role of the installation",
        is_secret=True,
    ),
    Setting(
        "DATABASE_REPLICA_URL",
        None,
        "A copy of the database, by streaming replication, that answers questions while it has what the "
        "primary has. Its user and password are those of the web server, whatever the address names.",
        database_url,
        default_text="none: the primary answers everything",
        is_secret=True,
    ),
    Setting(
        "MIPOS_SCHEMA",
        SCHEMA,
        "Schema of the database in which everything of this installation is; nothing outside it is touched.",
        schema,
    ),
    Setting(
        "MIPOS_POSTGRES_BIN",
        None,
        "Folder with the `initdb` and `postgres` to run as the embedded server.",
        path,
        default_text="the installed package, else the system's",
    ),
    Setting("MIPOS_PROJECTION_WORKERS", 1, "Processes that keep the read models up to date.", whole(1, 64)),
)
