"""The pictures of all companies, for anyone who knows their ids."""

from collections.abc import Callable
from uuid import UUID

from domain.catalog.images import Picture, Rendition
from domain.companies import PLATFORM_ID
from infra.decisions.transactions import Transactions
from infra.files.picture_shelf import find_content
from infra.files.pictures import Darkroom
from projections.base import Database
from projections.catalog.images import ask_directory


class Gallery:
    """Prepares pictures for those who bring them, and shows those that are kept to anyone."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._darkroom = Darkroom()

    def prepare(self, file: bytes) -> Picture:
        """A JPEG, PNG or WebP file as it is kept. Takes tenths of a second. Raises Invalid, naming `file`."""
        return self._darkroom.prepare(file)

    def find(self, image_id: UUID, size: str, is_cached: Callable[[str], bool]) -> Rendition | None:
        """The picture of that id in that size, or None; without its bytes if its hash is known."""
        return self._transactions.perform(
            PLATFORM_ID, lambda db: _rendition(db, image_id, size, is_cached), reading=True
        )


def _rendition(db: Database, image_id: UUID, size: str, is_cached: Callable[[str], bool]) -> Rendition | None:
    image = ask_directory(db, image_id).row()
    content_hash = image["content_hash"] if image else None
    if image is None or content_hash is None:
        return None
    if is_cached(content_hash):
        return Rendition(content_hash=content_hash)
    db.enter(image["company_id"])
    rendition = find_content(db, content_hash, size)
    if rendition is None:
        return None
    media_type, content = rendition["media_type"], bytes(rendition["bytes"])
    return Rendition(content_hash=content_hash, media_type=media_type, content=content)
