"""Files that lie beside the code and are part of a page."""

from importlib.resources import files


def asset(package: str, name: str) -> str:
    """The text of a file in a package, without white space around it."""
    return files(package).joinpath(name).read_text(encoding="utf-8").strip()


def style(package: str, name: str) -> str:
    """A style sheet, behind the palette that all pages share."""
    return f"{asset('api.pages', 'palette.css')}\n{asset(package, name)}"
