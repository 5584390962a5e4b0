"""Moving in: the catalogs of other systems as rows of our own sheet."""

from domain.catalog.moving_in.cell_writer import Newcomer
from domain.catalog.moving_in.findings import MOST_REMARKS, Findings
from domain.catalog.moving_in.formats import FORMATS, OWN, SYSTEMS, find_format
from domain.catalog.moving_in.sheet import MovedSheet

__all__ = ["FORMATS", "MOST_REMARKS", "OWN", "SYSTEMS", "Findings", "MovedSheet", "Newcomer", "find_format"]
