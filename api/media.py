"""The media types beside the JSON of every day."""

BYTES = "application/octet-stream"
CSV = "text/csv"
#: What printers of slips understand; it has no media type of its own.
ESCPOS = "application/octet-stream"
FORM = "multipart/form-data"
HTML = "text/html"
JAVASCRIPT = "text/javascript"
JSON = "application/json"
PDF = "application/pdf"
TEXT = "text/plain"
WEBP = "image/webp"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
