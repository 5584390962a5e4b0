"""Reports as files: CSV, spreadsheets and PDF, each made of a section's table and of nothing else."""

from api.reports.files.about import About, NoReport
from api.reports.files.formats import FILES, FileFormat
from api.reports.files.listing import Listing, Options
from api.reports.files.report import Report

__all__ = ["FILES", "About", "FileFormat", "Listing", "NoReport", "Options", "Report"]
