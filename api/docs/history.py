"""What changed, and how to come to a new version: texts of the project that the reference shows too."""

from api.docs.guide import sections_of
from api.docs.markup import markdown
from api.docs.pages import CHANGES, Page
from api.pages.assets import asset


def changelog_page() -> Page:
    """The changelog."""
    return _page(
        "changelog", "Changelog", "What changed from version to version.", _below_title("CHANGELOG.md")
    )


def upgrading_page() -> Page:
    """How clients and whoever runs the service come to a new version."""
    own = _below_title("upgrading.md")
    operating = asset("api.docs", "OPERATIONS.md").partition("\n## Upgrade\n")[2].partition("\n## ")[0]
    text = f"{own}\n\n## Upgrading the service\n\n{operating.strip()}"
    return _page("upgrading", "Upgrading", "What stays as it is, and how to come to a new version.", text)


def _page(name: str, title: str, summary: str, text: str) -> Page:
    return Page(
        name=name,
        title=title,
        group=CHANGES,
        summary=summary,
        entries=sections_of(text),
        html=lambda: f'<div class="prose">{markdown(text, heading=2, anchors=True)}</div>',
        markdown=lambda: text,
    )


def _below_title(name: str) -> str:
    """The text of a file without its first heading."""
    return asset("api.docs", name).partition("\n")[2].strip()
