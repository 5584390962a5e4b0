"""Where tables and functions are on a Citus cluster: with their company, on every node, or only here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from infra.postgres.rights import rights_of
from projections.base import Projection

#: The table that all tables of companies lie with: rows of one company are on one node.
FIRST = "company_head"
COMPANY = "company_id"


@dataclass(frozen=True)
class Place:
    """Where the rows of a table are, and why.

    By the `column` they are spread over the nodes, together with all of the same company if it is COMPANY.
    Without one, all of them are on every node, or, where `is_everywhere` is not so, on the coordinator alone.
    """

    column: str | None
    why: str
    is_everywhere: bool = False

    @property
    def is_with_company(self) -> bool:
        """Whether a transaction of one company finds all of its rows on one node."""
        return self.column == COMPANY


WITH_COMPANY = Place(COMPANY, "its rows are of companies")


def _by(column: str, why: str) -> Place:
    return Place(column, why)


def _everywhere(why: str) -> Place:
    return Place(None, why, is_everywhere=True)


def _here(why: str) -> Place:
    return Place(None, why)


#: Tables that are not with a company, each for a reason.
ELSEWHERE: Mapping[str, Place] = {
    "user_directory": _by("name_digest", "whoever signs in is of no company yet"),
    "image_directory": _by("image_id", "whoever looks at a picture knows its id alone"),
    "sign_in_failures": _by("key", "whoever fails to sign in is of no company yet"),
    "packages": _everywhere("a till's statement reads the limit of its company's package"),
    "installation": _everywhere("every transaction begins with it, on whichever node it is"),
    "projection_models": _everywhere("a company's log is begun with the names of read models"),
    "running_time": _everywhere("an answer is stored with the hour"),
    "schema_migrations": _here("only migrations and starts read it"),
    "worker_heartbeats": _here("workers say there that they are alive, and no statement joins it"),
    "worker_metrics": _here("workers add there what they have counted, and no statement joins it"),
    "backups": _here("a backup is of all companies"),
    "log_lines": _here("the platform looks for lines of all companies by their time"),
    "projection_paces": _here("how fast read models follow is of all companies, and no statement joins it"),
    "job_runs": _here("jobs are of all companies"),
}

#: Functions that run on the node of the company that they are given, each with the types of its arguments.
ON_NODE_OF_COMPANY: Mapping[str, LiteralString] = {
    "append_events": "uuid, uuid[], bigint[], text[], text[], text[]",
    "open_company": "uuid",
    "found_company": "uuid",
    "hold_log": "uuid",
    "begin_epoch": "uuid, integer, bigint",
    "begin_incoming_log": "uuid",
    "fill_log": "uuid, uuid[], bigint[], text[], text[], text[], timestamp with time zone[]",
    "open_incoming_log": "uuid, integer, uuid[], bigint[]",
    "drop_incoming_log": "uuid",
}
#: What those call, and what statements call that run on nodes.
ON_EVERY_NODE: Mapping[str, LiteralString] = {
    "event_hash": "bytea, bigint, uuid, bigint, bigint, text, text, text",
    "refuse_outdated": "",
    "refuse_closed": "",
}
#: Functions that look at all companies, and so from the coordinator.
FROM_COORDINATOR = frozenset(
    {
        "analyze_table",
        "count_deliveries",
        "count_logs",
        "data_key_ids",
        "drop_log_lines",
        "events_by_type",
        "events_not_sealed",
        "failed_events",
        "has_log",
        "latest_logs",
        "log_size",
        "longest_streams",
        "oldest_snapshot_seconds",
        "prepare_log_lines",
        "pause_projection",
        "projection_lag",
        "projection_skips",
        "projection_lag_of_all",
        "projection_verification",
        "projection_standing",
        "recorded_events",
        "release_failed_event",
        "report_reconciliation",
        "resume_projection",
        "sales_of_all_companies",
        "skip_failed_event",
        "stock_verification",
    }
)


class PlaceUnknown(Exception):
    """Nothing in {tables} is of a company: put it in ELSEWHERE of infra/postgres/distribution.py."""

    def __init__(self, tables: Iterable[str]) -> None:
        super().__init__((self.__doc__ or "").format(tables=", ".join(sorted(tables))))


def places(models: Iterable[Projection]) -> dict[str, Place]:
    """The place of every table of an installation, those of companies after the one they lie with.

    What has rows of companies lies with its company unless it is said otherwise. Raises PlaceUnknown.
    """
    rights = rights_of(models)
    unknown = {table for table, right in rights.items() if right.rows is None} - ELSEWHERE.keys()
    if unknown:
        raise PlaceUnknown(unknown)
    own = {FIRST: WITH_COMPANY, **dict.fromkeys(sorted(rights.keys() - ELSEWHERE.keys()), WITH_COMPANY)}
    # Those on every node first: what is put on a node may read them there at once.
    return {**{table: ELSEWHERE[table] for table in ELSEWHERE if table in rights}, **own}
