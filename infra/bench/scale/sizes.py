"""How large the long test is, and whether the disk has room for that."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infra.bench.site import MeasurementFailed

#: Bytes on the disk, at most, with read models, what a check of all keeps beside them, and until a vacuum.
_OF_EVENT, _OF_COMPANY, _OF_SERVER = 10_000, 600_000, 6_000_000_000
_GB = 1_000_000_000


class DiskTooSmall(MeasurementFailed):
    """The folder for temporary files has not enough room for a test of this size."""


@dataclass(frozen=True)
class Sizes:
    """Events of the large company, companies in all, and for how long is sold, in minutes."""

    events: int
    companies: int
    minutes: float

    @property
    def bytes(self) -> int:
        """What all of it takes on the disk at most."""
        return self.events * _OF_EVENT + self.companies * _OF_COMPANY + _OF_SERVER

    def check_disk(self) -> None:
        """Raise DiskTooSmall unless there is room where the database will lie."""
        folder = Path(tempfile.gettempdir())
        free = shutil.disk_usage(folder).free
        if free < self.bytes:
            raise DiskTooSmall(
                f"{self.events:,} events and {self.companies:,} companies take up to "
                f"{self.bytes / _GB:,.0f} GB, and {folder} has {free / _GB:,.0f} GB: "
                "name a larger folder with TMPDIR, or fewer --events."
            )
