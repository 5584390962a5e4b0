"""The shape of every answer."""

from typing import Any

import msgspec

from commands.outcomes import Response

encode = msgspec.json.Encoder().encode


def ok(data: Any, message: str = "OK") -> dict[str, Any]:
    """A success with its data."""
    return {"success": True, "message": message, "data": data}


def page_of(rows: list[Any], total: int, page: int, limit: int) -> dict[str, Any]:
    """A success with one page of a list."""
    return {
        "success": True,
        "message": "OK",
        "data": rows,
        "pagination": {"page": page, "limit": limit, "total": total, "pages": -(-total // limit)},
    }


def after_of(rows: list[Any], next_after: int | None, *, has_more: bool) -> dict[str, Any]:
    """A success with a stretch of a log of facts."""
    return {
        "success": True,
        "message": "OK",
        "data": rows,
        "pagination": {"next_after": next_after, "has_more": has_more},
    }


def before_of(rows: list[Any], next_before: Any, *, has_more: bool) -> dict[str, Any]:
    """A success with a stretch of what is told from its end."""
    return {
        "success": True,
        "message": "OK",
        "data": rows,
        "pagination": {"next_before": next_before, "has_more": has_more},
    }


def etag_of(version: int) -> str:
    """The ETag of a resource's version."""
    return f'"{version}"'


def done(message: str) -> Response:
    """The answer to a write that has nothing to tell but that it was done."""
    return Response(200, None, encode(ok(None, message)))
