"""What can be set, as a page of Markdown."""

from infra.runtime.settings.loading import GROUPS
from infra.runtime.settings.setting import Setting

_HEAD = ["| Variable | Default | Meaning |", "|---|---|---|"]


def settings_table() -> str:
    """Return the settings as Markdown: a table for each group."""
    return "\n".join(_section(title, settings) for title, settings in GROUPS.items())


def _section(title: str, settings: tuple[Setting, ...]) -> str:
    rows = [f"| `{s.name}` | {_default_text(s)} | {s.meaning} |" for s in settings]
    return "\n".join([f"## {title}", "", *_HEAD, *rows]) + "\n"


def _default_text(setting: Setting) -> str:
    return setting.default_text or f"`{setting.default}`"
