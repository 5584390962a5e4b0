"""Why a dashboard may not be answered."""

from domain.settings import OtherStore
from projections.reports.period import PeriodNotValid, RangeTooLong

REFUSALS = (PeriodNotValid, RangeTooLong, OtherStore)
