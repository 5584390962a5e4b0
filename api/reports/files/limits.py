"""How long files may be."""

from domain.errors import Invalid

#: How many rows a PDF has at most: it is in memory as a whole.
MOST_PDF_ROWS = 2_000


class ReportTooLong(Invalid):
    """A PDF has at most 2,000 rows; export the report as CSV."""

    code = "report_too_long_for_pdf"
    field = "format"
    remedy = "Ask for `format=csv` or `xlsx`, or for a shorter period."
