"""What an operator can set of keys, and of who vouches for logs."""

from infra.runtime.settings.addresses import witnesses
from infra.runtime.settings.setting import Setting
from infra.runtime.settings.texts import SECRET_KEY_LENGTH, at_least, log_origin, secret_keys

KEYS: tuple[Setting, ...] = (
    Setting(
        "MIPOS_SECRET_KEY",
        None,
        f"Key that signs tokens, at least {SECRET_KEY_LENGTH} characters; required with `DATABASE_URL`.",
        at_least(SECRET_KEY_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FORMER_SECRET_KEYS",
        (),
        "Earlier values of `MIPOS_SECRET_KEY` whose tokens are still good, divided by commas.",
        secret_keys,
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_DATA_KEY",
        None,
        f"Key under which personal data is sealed, at least {SECRET_KEY_LENGTH} characters; required with "
        "`DATABASE_URL`. Without it, or a former one, nobody reads that data again.",
        at_least(SECRET_KEY_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FORMER_DATA_KEYS",
        (),
        "Earlier values of `MIPOS_DATA_KEY`, until `mipos keys rewrap` was run; divided by commas.",
        secret_keys,
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_SEAL_KEY",
        None,
        f"Key that logs are signed with, at least {SECRET_KEY_LENGTH} characters; with `DATABASE_URL`, "
        "required by what signs. It is never in the database: who can write there must not be able to sign.",
        at_least(SECRET_KEY_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_LOG_ORIGIN",
        "mipos.local/log",
        "What logs are called where they are signed, before the company and the epoch: a name of yours.",
        log_origin,
        "mipos.local/log",
    ),
    Setting(
        "MIPOS_WITNESSES",
        (),
        "Who cosigns seals: pairs of an address and the verifier key that `mipos audit witness` prints there,"
        " such as `https://witness.example KEY`, divided by commas.",
        witnesses,
        "nobody",
    ),
)
