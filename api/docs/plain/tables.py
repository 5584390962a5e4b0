"""Fields as a table of Markdown."""

from collections.abc import Iterable

from api.docs.fields import Field


def plain_table(fields: Iterable[Field], title: str = "Field") -> str:
    """The fields as a table; nothing without any."""
    rows = "\n".join(
        f"| `{field.name}`{' (required)' if field.is_required else ''} | {cell(field.kind)} |"
        f" {cell(f'{field.meaning} {field.limits}')} |"
        for field in fields
    )
    return f"| {title} | Type | Meaning |\n|---|---|---|\n{rows}" if rows else ""


def cell(text: str) -> str:
    """A text within a cell."""
    return text.strip().replace("|", "\\|")
