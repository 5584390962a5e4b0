"""`mipos doctor`: how an installation is, check by check, and what to do where it is not well."""

from infra.runtime.doctor.examination import CHECKS, Doctor, examine
from infra.runtime.doctor.finding import Finding

__all__ = ["CHECKS", "Doctor", "Finding", "examine"]
