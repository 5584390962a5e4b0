"""Runs schedules of reports: their files are written, and people told where these are."""

from infra.runtime.report_runs.job import report_job

__all__ = ["report_job"]
