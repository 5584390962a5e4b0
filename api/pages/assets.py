"""Files that lie beside the code and are part of a page."""

import base64
import hashlib
from importlib.resources import files


def asset(package: str, name: str) -> str:
    """The text of a file in a package, without white space around it."""
    return files(package).joinpath(name).read_text(encoding="utf-8").strip()


def style(package: str, name: str) -> str:
    """A style sheet, behind the palette that all pages share."""
    return f"{asset('api.pages', 'palette.css')}\n{asset(package, name)}"


def policy_of(sheet: str, *scripts: str) -> str:
    """What a browser may load for a page that brings this style sheet, and scripts, if any."""
    allowed = f"script-src {' '.join(map(_hash, scripts))} 'self'; " if scripts else ""
    return (
        f"default-src 'none'; style-src {_hash(sheet)}; {allowed}img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"
