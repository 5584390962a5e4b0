"""What an operator can set of the web server: where it listens, how much it takes on, whom it believes."""

from infra.postgres.connections import LENGTHY_SECONDS, SECONDS
from infra.process.cores import allowed_cores
from infra.runtime.settings.addresses import host, networks, origins
from infra.runtime.settings.setting import Setting
from infra.runtime.settings.texts import whole

WEB_SERVER: tuple[Setting, ...] = (
    Setting("MIPOS_HOST", "127.0.0.1", "Address the web server listens on.", host),
    Setting("MIPOS_PORT", 3000, "Port the web server listens on.", whole(1, 65535)),
    Setting(
        "MIPOS_WORKERS",
        min(len(allowed_cores()), 4),
        "Web server processes.",
        whole(1, 256),
        default_text="one a core, at most 4",
    ),
    Setting(
        "MIPOS_THREADS",
        6,
        "Requests that each web server process runs at a time; of one company at most half as many.",
        whole(1, 256),
    ),
    Setting(
        "MIPOS_MAX_CONNECTIONS",
        4096,
        "Connections of each web server process; for one more, the one that has been idle longest is closed.",
        whole(16, 1_000_000),
    ),
    Setting("MIPOS_MAX_BODY_BYTES", 1_048_576, "Largest request body accepted.", whole(1024, 1_073_741_824)),
    Setting(
        "MIPOS_HEAD_SECONDS",
        10,
        "How long the line and the headers of a request may take to arrive.",
        whole(1, 3600),
    ),
    Setting(
        "MIPOS_BODY_SECONDS",
        10,
        "How long a request may be silent while its body arrives; after twice as long it must have brought "
        "1 KiB a second.",
        whole(1, 3600),
    ),
    Setting(
        "MIPOS_REQUEST_SECONDS",
        SECONDS,
        "How long a request may take in the database before it is answered 503. A statement has half of it, "
        "waiting for what another request holds two fifths, and what a frozen process holds is free after "
        "three tenths.",
        whole(2, 600),
    ),
    Setting(
        "MIPOS_LENGTHY_REQUEST_SECONDS",
        LENGTHY_SECONDS,
        "The same for imports, exports and reports.",
        whole(2, 3600),
    ),
    Setting(
        "MIPOS_REQUESTS_PER_MINUTE",
        60_000,
        "Requests one user, or one address that is not signed in, may send in a minute. Each web process "
        "counts its share, so it is approximate.",
        whole(1, 1_000_000_000),
    ),
    Setting(
        "MIPOS_CORS_ORIGINS",
        (),
        "Web origins whose pages may call the API, divided by commas.",
        origins,
        default_text="none",
    ),
    Setting(
        "MIPOS_TRUSTED_PROXIES",
        (),
        "Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, "
        "divided by commas.",
        networks,
        default_text="none",
    ),
)
