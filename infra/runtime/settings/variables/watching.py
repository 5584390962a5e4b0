"""What an operator can set of what is known of a running server."""

from infra.runtime.settings.addresses import collector
from infra.runtime.settings.setting import Setting
from infra.runtime.settings.texts import at_least, one_of, whole

TOKEN_LENGTH = 16

WATCHING: tuple[Setting, ...] = (
    Setting(
        "MIPOS_LOG_LEVEL",
        "info",
        "Least severe messages to log: debug, info, warning or error.",
        one_of("debug", "info", "warning", "error"),
    ),
    Setting(
        "MIPOS_LOG_FORMAT",
        None,
        "How lines of the log are written: `text`, one short line a request for people, or `json`, all that "
        "is known for machines.",
        one_of("text", "json"),
        default_text="`text` on a terminal, else `json`",
    ),
    Setting(
        "MIPOS_LOG_DAYS",
        14,
        "For how many whole days lines of the log are kept in the database, where `GET /api/dev/logs` finds "
        "them.",
        whole(1, 3650),
    ),
    Setting(
        "MIPOS_METRICS_TOKEN",
        None,
        f"Token (`Authorization: Bearer`, at least {TOKEN_LENGTH} characters) that opens `/metrics` and the "
        "details of `/ready`. On this machine they need none, unless a proxy asks for somebody else.",
        at_least(TOKEN_LENGTH),
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_READY_MAX_LAG_EVENTS",
        10_000,
        "By how many events a read model may lag before `/ready` says `degraded`.",
        whole(1, 10**12),
    ),
    Setting(
        "MIPOS_READY_MAX_LAG_SECONDS",
        60,
        "How old the oldest event that a read model has not taken in may be before `/ready` says `degraded`.",
        whole(1, 10**9),
    ),
    Setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        None,
        "Collector of OpenTelemetry that traces go to, by HTTP (`http://collector:4318`); needs the extra "
        "`otel`. Its other variables (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, "
        "`OTEL_EXPORTER_OTLP_HEADERS` …) count too.",
        collector,
        default_text="none: nothing is traced",
        is_secret=True,
    ),
)
