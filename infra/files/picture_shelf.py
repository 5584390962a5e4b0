"""Keeps the bytes of pictures beside the log, each once for a company."""

from typing import LiteralString
from uuid import UUID

from domain.catalog.images import Picture
from domain.pending import Pending
from projections.base import Database, Row
from projections.catalog.images import ask_directory, hold_image, is_logo

# Bytes that were about to be let go are in use again; whoever lets them go waits, and sees that.
_KEEP: LiteralString = """
    INSERT INTO image_contents (company_id, hash, size, media_type, bytes)
    VALUES (%(company_id)s, %(hash)s, %(size)s, %(media_type)s, %(bytes)s)
        ON CONFLICT (company_id, hash, size) DO UPDATE SET unused_since = excluded.unused_since
"""

_SHOW: LiteralString = """
    SELECT media_type, bytes FROM image_contents
     WHERE company_id = %(company_id)s AND hash = %(hash)s AND size = %(size)s
"""


class PictureShelf:
    """The bytes of a company's pictures."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def has_id(self, image_id: UUID) -> Pending[bool]:
        """Ask whether a picture of any company has this id, or had it."""
        answer = ask_directory(self._db, image_id)
        return Pending(lambda: answer.row() is not None)

    def hold(self, image_id: UUID) -> bool:
        """Whether the company has this picture; it is not removed until the end."""
        return hold_image(self._db, image_id)

    def is_logo(self, image_id: UUID) -> bool:
        """Whether the picture is the company's logo; it does not become that until the end."""
        return is_logo(self._db, image_id)

    def keep(self, picture: Picture) -> None:
        """Keep what it looks like in each size; what is there already stays."""
        for size, content in picture.sizes.items():
            params = {
                "company_id": self._db.company_id,
                "hash": picture.content_hash,
                "size": size,
                "media_type": picture.media_type,
                "bytes": content,
            }
            self._db.execute(_KEEP, params)


def find_content(db: Database, content_hash: str, size: str) -> Row | None:
    """The media type and the bytes of a picture in one size."""
    return db.ask(_SHOW, {"company_id": db.company_id, "hash": content_hash, "size": size}).row()
