"""Reads all settings together from environment variables, and says everything that is wrong with them."""

import difflib
from collections.abc import Mapping
from typing import Any

from infra.postgres.addresses import as_role, role_name, role_password, user_of
from infra.runtime.settings.errors import SettingsError
from infra.runtime.settings.setting import Setting
from infra.runtime.settings.settings import Settings
from infra.runtime.settings.texts import SECRET_KEY_LENGTH
from infra.runtime.settings.variables.database import DATABASE
from infra.runtime.settings.variables.installation import INSTALLATION
from infra.runtime.settings.variables.keys import KEYS
from infra.runtime.settings.variables.other_servers import OTHER_SERVERS
from infra.runtime.settings.variables.signing_in import SIGNING_IN
from infra.runtime.settings.variables.watching import WATCHING
from infra.runtime.settings.variables.web_server import WEB_SERVER

#: All there is, by what an operator thinks of together.
GROUPS: Mapping[str, tuple[Setting, ...]] = {
    "This installation": INSTALLATION,
    "The web server": WEB_SERVER,
    "Database and read models": DATABASE,
    "Keys and seals": KEYS,
    "Signing in": SIGNING_IN,
    "Log, metrics and traces": WATCHING,
    "Mail, signing devices and webhooks": OTHER_SERVERS,
}
SETTINGS: tuple[Setting, ...] = tuple(setting for group in GROUPS.values() for setting in group)
DATABASE_VARIABLES = ("DATABASE_URL", "MIPOS_APP_DATABASE_URL", "MIPOS_WORKER_DATABASE_URL")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read all settings; an empty variable counts as not set. Raise SettingsError with every problem."""
    problems = _unknown(environ)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        values[setting.field] = setting.default
        text = environ.get(setting.name, "").strip()
        if text:
            try:
                values[setting.field] = setting.parse(text)
            except ValueError as error:
                problems.append(_complaint(setting, text, str(error)))
    problems += _contradictions(environ, values)
    if problems:
        raise SettingsError(problems)
    return Settings(**_with_derived_urls(values))


def _unknown(environ: Mapping[str, str]) -> list[str]:
    names = [setting.name for setting in SETTINGS]
    return [
        f"{name} is not a setting; did you mean {difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]}?"
        for name in sorted(environ)
        if name.startswith("MIPOS_") and name not in names
    ]


def _complaint(setting: Setting, text: str, rule: str) -> str:
    return f"{setting.name} {rule}." if setting.is_secret else f"{setting.name} {rule}, not {text!r}."


def _contradictions(environ: Mapping[str, str], values: Mapping[str, Any]) -> list[str]:
    problems = []
    named = [name for name in DATABASE_VARIABLES if environ.get(name, "").strip()]
    problems += [
        f"{key} (at least {SECRET_KEY_LENGTH} characters) is required when {named[0]} is set."
        for key in ("MIPOS_SECRET_KEY", "MIPOS_DATA_KEY")
        if named and not environ.get(key, "").strip()
    ]
    others = {user_of(values["database_url"]), user_of(values["worker_database_url"])}
    if (user_of(values["app_database_url"]) or "") in others:
        problems.append(
            "MIPOS_APP_DATABASE_URL must name a user of its own, to whom the database shows one company only."
        )
    if values["smtp_url"] and not values["mail_from"]:
        problems.append("MIPOS_MAIL_FROM is required when MIPOS_SMTP_URL is set.")
    protocol = environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "").strip()
    if values["otel_exporter_otlp_endpoint"] and protocol not in {"", "http/protobuf"}:
        problems.append("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf: traces are sent by no other.")
    if values["refresh_token_seconds"] < values["access_token_seconds"]:
        problems.append("MIPOS_REFRESH_TOKEN_SECONDS must not be less than MIPOS_ACCESS_TOKEN_SECONDS.")
    return problems


def _with_derived_urls(values: dict[str, Any]) -> dict[str, Any]:
    """Fill in the addresses of the two lesser roles where only the administrator's is given."""
    url, key = values["database_url"], values["secret_key"]
    if url is None:
        return values
    derived = {}
    for part in ("app", "worker"):
        role = role_name(url, values["schema"], part)
        derived[f"{part}_database_url"] = as_role(url, role, role_password(key, role))
    return {**values, **{name: values[name] or address for name, address in derived.items()}}
