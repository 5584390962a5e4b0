"""What an operator may set, and what is said of mistakes."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from infra.postgres.addresses import as_role, in_schema, role_name, role_password
from infra.runtime.settings import (
    PROJECT_ROOT,
    SETTINGS,
    SettingsError,
    load_settings,
    secret_file,
    settings_table,
)

KEY = "k" * 32
KEYS = {"MIPOS_SECRET_KEY": KEY, "MIPOS_DATA_KEY": KEY}
PYTHONPATH = os.pathsep.join([str(Path(__file__).resolve().parents[2]), *sys.path])
URL = "postgresql://owner:pa%20ss@db.example:6432/shop?sslmode=require"


def problems_of(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ)
    return refused.value.problems


class TestDefaults:
    def test_hold_without_any_variable(self) -> None:
        settings = load_settings({"HOME": "/root", "PATH": "/bin"})

        assert (settings.host, settings.port, settings.threads) == ("127.0.0.1", 3000, 6)
        assert 1 <= settings.workers <= 4
        assert settings.demo
        assert settings.uses_embedded_server
        assert settings.data_dir.name == ".data"
        assert (settings.data_dir.parent / "infra" / "runtime" / "settings").exists()
        assert settings.cors_origins == ()

    def test_a_host_of_ipv6_stands_in_brackets(self) -> None:
        hosts = ("127.0.0.1", "till.example", "::", "::1")
        places = [load_settings({"MIPOS_HOST": host}).bind_address for host in hosts]
        assert places == ["127.0.0.1:3000", "till.example:3000", "[::]:3000", "[::1]:3000"]

    def test_hold_for_variables_that_are_empty(self) -> None:
        assert load_settings({"MIPOS_PORT": "", "DATABASE_URL": " "}) == load_settings({})


class TestValues:
    def test_are_read_as_what_they_mean(self) -> None:
        settings = load_settings(
            {
                "MIPOS_PORT": "8080",
                "MIPOS_DATA_DIR": "/srv/my shop",
                "MIPOS_DEMO": "No",
                "MIPOS_LOG_LEVEL": "DEBUG",
                "MIPOS_CORS_ORIGINS": "https://till.example, http://localhost:5173/",
            }
        )

        assert settings.port == 8080
        assert settings.data_dir == Path("/srv/my shop")
        assert not settings.demo
        assert settings.log_level == "debug"
        assert settings.cors_origins == ("https://till.example", "http://localhost:5173")
        assert settings.outbox == Path("/srv/my shop/outbox")

    def test_of_secrets_stay_out_of_the_representation(self) -> None:
        secret = {
            "DATABASE_URL": URL,
            "MIPOS_SECRET_KEY": KEY,
            "MIPOS_DATA_KEY": KEY + "data",
            "MIPOS_FORMER_SECRET_KEYS": KEY[::-1] + "former",
            "MIPOS_FORMER_DATA_KEYS": KEY[::-1] + "former data",
            "MIPOS_DEMO_PASSWORD": "opensesame",
            "MIPOS_SMTP_URL": "smtp://me:pass%20word@mail.example",
            "MIPOS_MAIL_FROM": "mipos@example.com",
        }

        shown = repr(load_settings(secret))

        assert "pa%20ss" not in shown
        assert KEY not in shown
        assert "opensesame" not in shown
        assert "former" not in shown.replace("former_secret_keys", "")
        assert "pass%20word" not in shown

    def test_name_every_field(self) -> None:
        settings = load_settings({})

        assert {setting.field for setting in SETTINGS} == set(vars(settings))


class TestTraces:
    @pytest.fixture
    def extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("infra.runtime.settings.addresses.find_spec", lambda _: None)

    @pytest.mark.usefixtures("extra")
    def test_go_to_the_collector_that_is_named_by_http(self) -> None:
        named = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://me:secret@collector:4318"}
        settings = load_settings(named)
        assert settings.otel_exporter_otlp_endpoint == named["OTEL_EXPORTER_OTLP_ENDPOINT"]
        assert "secret@" not in repr(settings)
        load_settings({**named, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"})
        with pytest.raises(SettingsError) as refused:
            load_settings({**named, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})
        assert refused.value.problems == [
            "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf: traces are sent by no other."
        ]

    def test_need_an_extra_and_without_it_that_is_the_first_thing_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nothing(name: str) -> None:
            raise ModuleNotFoundError(name)

        monkeypatch.setattr("infra.runtime.settings.addresses.find_spec", nothing)
        with pytest.raises(SettingsError) as refused:
            load_settings({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"})
        assert refused.value.problems == [
            "OTEL_EXPORTER_OTLP_ENDPOINT needs what traces are sent with: .venv/bin/pip install -e '.[otel]'."
        ]


class TestMistakes:
    @pytest.mark.parametrize(
        ("name", "text", "rule"),
        [
            ("MIPOS_PORT", "abc", "must be a whole number from 1 to 65535, not 'abc'."),
            ("MIPOS_PORT", "0", "must be a whole number from 1 to 65535, not '0'."),
            ("MIPOS_PORT", "٣", "must be a whole number from 1 to 65535, not '٣'."),
            ("MIPOS_DEMO", "perhaps", "must be yes or no, not 'perhaps'."),
            ("MIPOS_LOG_LEVEL", "loud", "must be one of debug, info, warning, error, not 'loud'."),
            ("MIPOS_SECRET_KEY", "short", "must have at least 32 characters."),
            ("MIPOS_REQUESTS_PER_MINUTE", "0", "must be a whole number from 1 to 1000000000, not '0'."),
            (
                "MIPOS_FORMER_SECRET_KEYS",
                f"{KEY},short",
                "must list keys of at least 32 characters, divided by commas.",
            ),
            (
                "MIPOS_MAIL_FROM",
                "MIPOS",
                "must be an address such as MIPOS <mipos@example.com>, not 'MIPOS'.",
            ),
            (
                "MIPOS_PUBLIC_URL",
                "shop.example",
                "must be an address such as https://shop.example.com, not 'shop.example'.",
            ),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "collector:4318",
                "must be an address such as http://collector:4318.",
            ),
            ("MIPOS_HOST", "http://x", "must be a host name or an address to listen on, not 'http://x'."),
            (
                "MIPOS_CORS_ORIGINS",
                "till.example",
                "must list origins such as https://shop.example.com, divided by commas, not 'till.example'.",
            ),
        ],
    )
    def test_are_told_in_one_sentence(self, name: str, text: str, rule: str) -> None:
        assert problems_of(**{name: text}) == [f"{name} {rule}"]

    def test_are_told_all_at_once(self) -> None:
        assert len(problems_of(MIPOS_PORT="x", MIPOS_DEMO="x", MIPOS_PROT="1")) == 3

    def test_in_a_name_get_the_nearest_known_one(self) -> None:
        assert problems_of(MIPOS_PROT="80") == ["MIPOS_PROT is not a setting; did you mean MIPOS_PORT?"]

    @pytest.mark.parametrize(
        "url", ["mysql://x/y", "postgresql://u:se%cret@h/d", "postgresql://u:secret@h:port/d"]
    )
    def test_in_a_database_url_never_repeat_it(self, url: str) -> None:
        assert problems_of(DATABASE_URL=url, **KEYS) == [
            "DATABASE_URL must be an address such as postgresql://user:password@host:5432/database."
        ]

    @pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://u:secret@", "smtp://h:x"])
    def test_in_the_address_of_a_mail_server_never_repeat_it(self, url: str) -> None:
        (problem,) = problems_of(MIPOS_SMTP_URL=url, MIPOS_MAIL_FROM="mipos@example.com")
        assert problem == (
            "MIPOS_SMTP_URL must be an address such as smtp://user:password@mail.example.com:587 "
            "or smtps://mail.example.com."
        )

    def test_a_mail_server_needs_a_sender(self) -> None:
        assert problems_of(MIPOS_SMTP_URL="smtps://mail.example") == [
            "MIPOS_MAIL_FROM is required when MIPOS_SMTP_URL is set."
        ]

    def test_a_database_url_must_name_a_database(self) -> None:
        assert "must name a database" in problems_of(DATABASE_URL="postgresql://u@h", **KEYS)[0]

    def test_a_refresh_token_must_outlive_an_access_token(self) -> None:
        problems = problems_of(MIPOS_ACCESS_TOKEN_SECONDS="900", MIPOS_REFRESH_TOKEN_SECONDS="60")

        assert problems == ["MIPOS_REFRESH_TOKEN_SECONDS must not be less than MIPOS_ACCESS_TOKEN_SECONDS."]


class TestDatabaseOfOnesOwn:
    @pytest.mark.parametrize("name", ["DATABASE_URL", "MIPOS_APP_DATABASE_URL", "MIPOS_WORKER_DATABASE_URL"])
    def test_requires_its_keys(self, name: str) -> None:
        assert problems_of(**{name: URL}) == [
            f"{key} (at least 32 characters) is required when {name} is set."
            for key in ("MIPOS_SECRET_KEY", "MIPOS_DATA_KEY")
        ]

    def test_gives_the_lesser_roles_their_own_logins(self) -> None:
        settings = load_settings({"DATABASE_URL": URL, **KEYS})

        assert not settings.uses_embedded_server
        assert conninfo_to_dict(settings.app_database_url or "") == {
            "user": "mipos_shop_app",
            "password": role_password(KEY, "mipos_shop_app"),
            "host": "db.example",
            "port": "6432",
            "dbname": "shop",
            "sslmode": "require",
        }
        assert "mipos_shop_worker" in (settings.worker_database_url or "")

    def test_keeps_the_addresses_that_were_given(self) -> None:
        app = "postgres://till@db.example/shop"

        settings = load_settings({"DATABASE_URL": URL, **KEYS, "MIPOS_APP_DATABASE_URL": app})

        assert settings.app_database_url == app

    def test_does_not_leave_the_administrator_in_the_query(self) -> None:
        address = as_role("postgresql:///shop?host=/run/pg&user=postgres&password=x", "mipos_app", "p")

        parts = conninfo_to_dict(address)
        assert (parts["user"], parts["password"], parts["host"]) == ("mipos_app", "p", "/run/pg")

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql:///shop",
            "postgresql://u:p%20w@h:1,i:2/shop?sslmode=require",
            "postgresql://u@/shop?host=/run/pg&options=-c%20statement_timeout%3D5s",
        ],
    )
    def test_every_connection_looks_in_the_schema_and_finds_temporary_tables_last(self, address: str) -> None:
        address_of_schema = in_schema(address, "till")

        parts, before = conninfo_to_dict(address_of_schema), conninfo_to_dict(address)
        assert str(parts.pop("options")).endswith("-c search_path=till,pg_temp")
        assert str(before.pop("options", "")) in address_of_schema.replace("%20", " ").replace("%3D", "=")
        assert parts == before
        assert in_schema(address_of_schema, "till") == address_of_schema

    def test_roles_are_named_after_the_installation(self) -> None:
        long = f"postgresql:///{'d' * 70}"
        names = [
            role_name(address, schema, part)
            for address, schema in (
                ("postgresql:///shop", "mipos"),
                ("postgresql:///shop", "other"),
                ("postgresql:///b_shop", "a"),
                ("postgresql:///shop", "a_b"),
                (long, "mipos"),
                (f"{long}x", "mipos"),
            )
            for part in ("app", "worker")
        ]

        assert names[0] == "mipos_shop_app"
        assert len(set(names)) == len(names)
        assert all(len(name) <= 63 for name in names)

    @pytest.mark.parametrize(
        "schema", ["public", "pg_catalog", "Till", "a-b", "information_schema", "x" * 59, "1a"]
    )
    def test_the_schema_is_a_plain_name_of_our_own(self, schema: str) -> None:
        assert problems_of(MIPOS_SCHEMA=schema)[0].startswith("MIPOS_SCHEMA must be ")

    def test_the_web_server_is_neither_the_owner_nor_a_worker(self) -> None:
        both = {
            "DATABASE_URL": URL,
            **KEYS,
            "MIPOS_APP_DATABASE_URL": "postgresql://owner@h/shop",
        }

        assert "a user of its own" in problems_of(**both)[0]

    def test_passwords_differ_by_role_and_by_key(self) -> None:
        keys, roles = (KEY, KEY + "2"), ("mipos_app", "mipos_worker")

        passwords = {role_password(key, role) for key in keys for role in roles}

        assert len(passwords) == 4


class TestSettingsTable:
    def test_has_a_row_for_every_setting(self) -> None:
        table = settings_table()
        assert table in (PROJECT_ROOT / "SETTINGS.md").read_text()

        assert "\n\n| Variable | Default | Meaning |\n|---|---|---|\n| `MIPOS_HOST` | `127.0.0.1` |" in table
        assert all(f"| `{setting.name}` |" in table for setting in SETTINGS)
        assert "None" not in table


class TestSecretFile:
    def test_is_made_once_and_for_its_owner_only(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"

        first = secret_file(folder, "key", lambda: "first")

        assert first == secret_file(folder, "key", lambda: "second") == "first"
        assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [path.name for path in folder.iterdir()] == ["key"]

    def test_is_the_same_for_all_who_make_it_at_once(self, tmp_path: Path) -> None:
        at = time.time() + 0.5
        program = (
            "import sys, time, uuid; from pathlib import Path\n"
            "from infra.runtime.settings import secret_file\n"
            f"time.sleep(max(0, {at} - time.time()))\n"
            "print(secret_file(Path(sys.argv[1]), 'key', lambda: uuid.uuid4().hex))"
        )
        makers = [
            subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", program, tmp_path],
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": PYTHONPATH},
            )
            for _ in range(4)
        ]

        assert len({maker.communicate()[0] for maker in makers}) == 1

    def test_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(SettingsError, match=r"cannot be used: File exists\."):
            secret_file(tmp_path / "file", "key", lambda: "x")

    def test_keeps_a_signing_key_for_the_embedded_server(self, tmp_path: Path) -> None:
        settings = load_settings({"MIPOS_DATA_DIR": str(tmp_path)})

        assert len(settings.signing_key()) >= 32
        assert settings.signing_key() == settings.signing_key()
        assert load_settings({"MIPOS_SECRET_KEY": KEY}).signing_key() == KEY
