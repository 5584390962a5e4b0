"""The media types beside the JSON of every day."""

BYTES = "application/octet-stream"
CSV = "text/csv"
#: What browsers on Windows say of a file of CSV.
EXCEL_CSV = "application/vnd.ms-excel"
#: What printers of slips understand; it has no media type of its own.
ESCPOS = "application/octet-stream"
FORM = "multipart/form-data"
HTML = "text/html"
ICO = "image/vnd.microsoft.icon"
JAVASCRIPT = "text/javascript"
JSON = "application/json"
MARKDOWN = "text/markdown"
PDF = "application/pdf"
SVG = "image/svg+xml"
TEXT = "text/plain"
WEBP = "image/webp"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
