"""Documents for people outside: declared once, written as PDF, as HTML and as CSV."""

from api.documents.formats import FORMATS
from api.documents.model import Column, Document, Party

__all__ = ["FORMATS", "Column", "Document", "Party"]
