"""All settings of one process, as the rest of the program has them."""

import secrets
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from uuid import UUID

from domain.webhooks.targets import TargetRules
from infra.eventstore.tombstones import FILE_NAME as TOMBSTONES
from infra.runtime.settings.errors import SettingsError
from infra.runtime.settings.secret_files import secret_file
from infra.runtime.settings.texts import SECRET_KEY_LENGTH
from infra.seals.witnessing import Address


@dataclass(frozen=True)
class Settings:
    """All settings of one process, checked. What is secret stays out of the representation."""

    host: str
    port: int
    data_dir: Path
    workers: int
    threads: int
    projection_workers: int
    demo: bool
    demo_password: str | None = field(repr=False)
    secret_key: str | None = field(repr=False)
    data_key: str | None = field(repr=False)
    seal_key: str | None = field(repr=False)
    log_origin: str
    witnesses: tuple[Address, ...]
    database_url: str | None = field(repr=False)
    app_database_url: str | None = field(repr=False)
    worker_database_url: str | None = field(repr=False)
    database_replica_url: str | None = field(repr=False)
    schema: str
    postgres_bin: Path | None
    log_level: str
    log_format: str | None
    log_days: int
    access_token_seconds: int
    refresh_token_seconds: int
    max_body_bytes: int
    head_seconds: int
    body_seconds: int
    max_connections: int
    cors_origins: tuple[str, ...]
    former_secret_keys: tuple[str, ...] = field(repr=False)
    former_data_keys: tuple[str, ...] = field(repr=False)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    registration: bool
    requests_per_minute: int
    ready_max_lag_events: int
    ready_max_lag_seconds: int
    request_seconds: int
    lengthy_request_seconds: int
    sign_in_failures_per_account: int
    sign_in_failures_from_anywhere: int
    sign_in_failures_per_address: int
    metrics_token: str | None = field(repr=False)
    fiscal_device_url: str | None = field(repr=False)
    fiscal_device_token: str | None = field(repr=False)
    fiscal_device_seconds: int
    fiscal_places: tuple[UUID, ...]
    webhook_ports: tuple[int, ...]
    webhook_allow: tuple[IPv4Network | IPv6Network, ...]
    otel_exporter_otlp_endpoint: str | None = field(repr=False)
    smtp_url: str | None = field(repr=False)
    mail_from: str | None
    outbox_dir: Path | None
    public_url: str | None
    python: str | None

    @property
    def uses_embedded_server(self) -> bool:
        """True when no database is named, so that MIPOS runs its own."""
        return not (self.database_url or self.app_database_url or self.worker_database_url)

    @property
    def bind_address(self) -> str:
        """Host and port as addresses have them: what is IPv6 stands in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def webhook_targets(self) -> TargetRules:
        """Where webhooks may go."""
        return TargetRules(frozenset(self.webhook_ports), self.webhook_allow)

    @property
    def outbox(self) -> Path:
        """The folder of messages that no mail server takes."""
        return self.outbox_dir or self.data_dir / "outbox"

    @property
    def tombstones(self) -> Path:
        """The file that lists who was forgotten."""
        return self.data_dir / TOMBSTONES

    def signing_key(self) -> str:
        """Return the secret key; with the embedded server it is made once and kept in the data folder."""
        return self.secret_key or secret_file(self.data_dir, "secret_key", lambda: secrets.token_urlsafe(48))

    def sealing_key(self) -> str:
        """Return the data key; with the embedded server it is made once and kept in the data folder."""
        return self.data_key or secret_file(self.data_dir, "data_key", lambda: secrets.token_urlsafe(48))

    def log_key(self) -> str:
        """Return what logs are signed with; with the embedded server it is made once and kept as a file.

        Raises SettingsError where it has to be set and is not.
        """
        if self.seal_key is None and not self.uses_embedded_server:
            raise SettingsError(
                [f"MIPOS_SEAL_KEY (at least {SECRET_KEY_LENGTH} characters) is required with DATABASE_URL."]
            )
        return self.seal_key or secret_file(self.data_dir, "seal_key", lambda: secrets.token_urlsafe(48))
