"""The media types beside the JSON of every day."""

CSV = "text/csv"
FORM = "multipart/form-data"
HTML = "text/html"
JSON = "application/json"
TEXT = "text/plain"
WEBP = "image/webp"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
