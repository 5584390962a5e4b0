"""How the database is addressed: as whom, with which password, and in which schema."""

import hashlib
import hmac
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict, make_conninfo

#: PostgreSQL cuts longer names off, which two of them might not survive as two.
LONGEST_NAME = 63


def in_schema(address: str, schema: str) -> str:
    """Return the same address with the schema as the place where tables are looked for and made.

    Temporary tables come last, so that none is taken for one of ours. Other options of the address stay.
    """
    location, _, query = address.partition("?")
    search_path = f"-c search_path={schema},pg_temp"
    pairs = [pair for pair in query.split("&") if pair]
    options = [unquote(pair.partition("=")[2]) for pair in pairs if pair.startswith("options=")]
    if any(text.endswith(search_path) for text in options):
        return address
    others = [pair for pair in pairs if not pair.startswith("options=")]
    own = quote(" ".join([*options, search_path]), safe="")
    return f"{location}?{'&'.join([*others, f'options={own}'])}"


def read_only(address: str) -> str:
    """Return the same address for somebody who changes nothing, unless a statement says that it does."""
    parameters = {name: str(value) for name, value in conninfo_to_dict(address).items() if value is not None}
    options = [parameters.get("options", ""), "-c default_transaction_read_only=on"]
    return make_conninfo(**{**parameters, "options": " ".join(filter(None, options))})


def user_of(address: str | None) -> str | None:
    """As whom an address connects, if it says so."""
    return str(user) if address and (user := conninfo_to_dict(address).get("user")) else None


def as_role(address: str, role: str, password: str | None = None) -> str:
    """Return the same address with another user and password."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    # libpq lets the query overrule the authority, so the first user must not survive there.
    query = [pair for pair in parts.query.split("&") if pair.partition("=")[0] not in {"user", "password"}]
    login = quote(role, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
    return urlunsplit(parts._replace(netloc=f"{login}@{host}", query="&".join(query)))


def role_name(address: str, schema: str, part: str) -> str:
    """Return the name of an installation's role, such as mipos_shop_app.

    Roles belong to the whole cluster, so the name holds schema and database. A digest stands in it where
    that alone would be too long, or where the underscores do not say where the schema ends.
    """
    database = str(conninfo_to_dict(address).get("dbname") or "")
    name = f"{schema}_{database}_{part}"
    if "_" not in schema and len(name.encode()) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(f"{schema}\0{database}".encode()).hexdigest()[:8]
    room = LONGEST_NAME - len(f"_{digest}_{part}")
    short = f"{schema}_{database}".encode()[:room].decode(errors="ignore")
    return f"{short}_{digest}_{part}"


def role_password(secret_key: str, role: str) -> str:
    """Return the password of a database role: 64 hex digits that follow from the secret key.

    Migrations give it to the role, and every process that knows the key can log in, with no second
    secret to hand around.
    """
    return hmac.new(secret_key.encode(), f"mipos database role {role}".encode(), hashlib.sha256).hexdigest()
