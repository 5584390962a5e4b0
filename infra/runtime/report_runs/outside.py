"""Mails the file of a run to addresses outside of the company: nobody there could sign in and fetch it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID, uuid5

from api.reports.exports.download import file_name
from api.reports.files import FILES, About
from infra.outbox.messages import Enclosure
from infra.postgres.transactions import Transaction
from infra.runtime.report_runs.runs import Run
from projections.base import Row
from projections.companies import find_company
from projections.reports.exports import find_export, read_export

#: Larger files are not taken by many a mail server.
MOST_BYTES = 5 * 2**20
#: Why nothing goes out of a clone.
OF_SANDBOX = "its company is a sandbox"


@dataclass(frozen=True, kw_only=True)
class OutsideLetter:
    """What an address is sent. `delivery_id` stands for the address, which is noted nowhere."""

    delivery_id: UUID
    address: str
    text: str
    enclosure: Enclosure | None


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What goes outside, and why nothing does; `is_waiting` as long as the file is not written."""

    letters: tuple[OutsideLetter, ...] = ()
    trouble: str | None = None
    is_waiting: bool = False


def letters_outside(db: Transaction, run: Run, export: Row, told: Collection[UUID]) -> Outside:
    """The letters that are still to be sent, with the file or, if that takes a permission, the other one."""
    addresses = {uuid5(run.id, address.casefold()): address for address in run.addresses}
    missing = {one: address for one, address in addresses.items() if one not in told}
    if not missing:
        return Outside()
    company = find_company(db) or {}
    if company.get("is_sandbox"):
        return Outside(trouble=OF_SANDBOX)
    if not company.get("reports_to_outside"):
        return Outside(trouble="the company mails no reports to addresses outside")
    own = find_export(db, run.outside_export_id) if export["needs"] else export
    if own is None or own["status"] in ("failed", "expired"):
        return Outside(trouble="there is no file for addresses outside")
    if own["status"] != "done":
        return Outside(is_waiting=True)
    content = b"".join(read_export(db, own["id"], 0, own["bytes"] - 1)) if _fits(own) else None
    return Outside(
        letters=tuple(
            OutsideLetter(
                delivery_id=delivery_id,
                address=address,
                text=_text(run, own),
                enclosure=None if content is None else _enclosure(delivery_id, own, content),
            )
            for delivery_id, address in missing.items()
        )
    )


def _fits(export: Row) -> bool:
    return bool(export["bytes"] <= MOST_BYTES)


def _enclosure(delivery_id: UUID, export: Row, content: bytes) -> Enclosure:
    kind = export["format"]
    name = file_name(About.of(export["about"].encode()), kind)
    return Enclosure(id=delivery_id, name=name, media_type=FILES[kind].media, content=content)


def _text(run: Run, export: Row) -> str:
    size = f"{export['bytes'] / 2**20:.1f} MB"
    where = (
        "The file is enclosed."
        if _fits(export)
        else f"The file has {size}, too much for a letter; ask whoever sends you this report for it."
    )
    return (
        f"Good day,\n\n{run.text}\n{where}\n\n"
        f"It says what was known up to position {export['position']} of the log; what becomes\n"
        "known later is not in it.\n"
    )
