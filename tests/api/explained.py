"""What explanations of reports are asked with."""

from api.openapi.document import Route
from projections.reports.sections import SECTIONS


def explained_by(route: Route) -> dict[str, str]:
    """The first section of the report that explains a figure, and that figure; nothing for other routes."""
    if not route.template.endswith("/explain"):
        return {}
    area = route.template.split("/")[4]
    section = next(one for one in SECTIONS if one.area == area and one.explanations)
    return {"section": section.path, "column": next(iter(section.explanations))}
