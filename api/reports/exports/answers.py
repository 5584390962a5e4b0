"""What is answered of exports."""

from typing import Annotated, Literal

from api.answers import Answer, Count, Id, Meaning, Moment


class ReportExportAnswer(Answer):
    """A file that a worker writes, and how far it is."""

    id: Annotated[Id, Meaning("What to ask for it by.")]
    status: Annotated[
        Literal["queued", "running", "done", "failed", "expired"],
        Meaning("How far it is; a week after it is done the file is gone.", "running"),
    ]
    area: Annotated[str, Meaning("The report.", "sales-summary")]
    section: Annotated[str, Meaning("Which part of the report it has.", "by-product")]
    format: Annotated[Literal["csv", "xlsx", "pdf"], Meaning("What kind of file.", "csv")]
    filters: Annotated[
        str,
        Meaning("The parameters of the section, as in its address.", "from=2026-03-01&to=2026-03-31"),
    ]
    schedule_id: Annotated[Id | None, Meaning("The schedule that asked for it.")] = None
    position: Annotated[int | None, Meaning("The position of the log that the whole file is of.", 42)] = None
    rows_done: Annotated[Count, Meaning("Rows written so far.", 5_000)] = 0
    rows_total: Annotated[int | None, Meaning("Rows in all; null as long as nobody counted.", 68_509)] = None
    bytes: Annotated[int | None, Meaning("How long the file is.", 7_340_032)] = None
    sha256: Annotated[
        str | None,
        Meaning(
            "The SHA-256 of the file, which is its ETag.",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
    ] = None
    failure: Annotated[str | None, Meaning("Why there is no file, if it failed.")] = None
    created_at: Annotated[Moment | None, Meaning("When it was asked for.")] = None
    started_at: Annotated[Moment | None, Meaning("When a worker took it up.")] = None
    finished_at: Annotated[Moment | None, Meaning("When it was done or failed.")] = None
    expires_at: Annotated[Moment | None, Meaning("Until when the file is kept.")] = None
