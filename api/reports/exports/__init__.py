"""Reports as files: at once, or as jobs."""

from falcon import App, Request, Response

from api.reports.exports.download import ReportDownload
from api.reports.exports.file import ExportFile
from api.reports.exports.jobs import ExportById, Exports
from api.services import Services
from projections.reports.sections import SECTIONS


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of files."""
    for area in dict.fromkeys(section.area for section in SECTIONS):
        sections = [section for section in SECTIONS if section.area == area]
        app.add_route(f"/api/admin/reports/{area}/export", ReportDownload(services, sections))
    base = "/api/admin/reports/exports"
    app.add_route(base, Exports(services))
    app.add_route(f"{base}/{{export_id:uuid}}", ExportById(services))
    app.add_route(f"{base}/{{export_id:uuid}}/file", ExportFile(services))
