"""What fails before or beside any operation: unreadable requests, routes that are none, our own fault."""

from typing import Final, Self

from domain.errors import NotFound, Refusal

#: A longer name of a media type is not repeated.
LONGEST_NAME: Final = 80


class MalformedRequest(Refusal):
    """The request cannot be read."""

    code = "malformed_request"
    remedy = "Send the request as the reference shows it; the message says what of it cannot be read."


class MalformedJson(MalformedRequest):
    """The body is not valid JSON."""

    code = "malformed_json"
    remedy = "Mend the body at the line and column that the message names, or have a JSON library write it."


class MalformedForm(MalformedRequest):
    """The form in the body cannot be read."""

    code = "malformed_form"
    remedy = "Have an HTTP library write the form; it also sets the boundary in `Content-Type`."


class InvalidParameter(MalformedRequest):
    """A parameter of the request is unknown or not valid."""

    code = "invalid_parameter"
    remedy = "Mend or leave out each parameter or header that `details` name."


class BodyTooLarge(Refusal):
    """The body is larger than this server accepts."""

    code = "body_too_large"
    remedy = "Send less at once: fewer lines or rows in a request, a smaller picture."


class UnsupportedMediaType(Refusal):
    """The body must be JSON (application/json)."""

    code = "unsupported_media_type"
    remedy = "Send the body in a media type that the message names, and say so in `Content-Type`."

    @classmethod
    def of(cls, taken: str, sent: str) -> Self:
        """What is taken, and what was sent instead; an empty text for nothing."""
        is_short = 0 < len(sent) <= LONGEST_NAME and sent.isprintable()
        instead = f"it was sent as {sent}" if is_short else "it was sent without saying what it is"
        own = cls.__doc__ or ""
        return cls(f"{own.strip().splitlines()[0].rstrip('.')}, and {instead}: send `Content-Type: {taken}`.")


class NotAcceptable(Refusal):
    """It is not to be had in that format."""

    code = "not_acceptable"
    remedy = "Ask for a media type that the operation answers with, or send no `Accept`."


class NotUtf8(UnsupportedMediaType):
    """The body must be encoded in UTF-8, as JSON is (no other `charset`)."""


class NotAForm(UnsupportedMediaType):
    """The body must be a form (multipart/form-data)."""


class NotCsv(UnsupportedMediaType):
    """The body must be a file of CSV (text/csv) or a workbook, or a form whose part `file` that is."""


class PackedBody(UnsupportedMediaType):
    """The body must be sent as it is, not compressed (Content-Encoding)."""


class UnknownRoute(NotFound):
    """There is no such route."""

    remedy = "Look the path up in the reference (`/docs`); a path has no slash at its end, and ids are UUIDs."


class MethodNotAllowed(Refusal):
    """This route does not take that method; the Allow header says which it takes."""

    code = "method_not_allowed"
    remedy = "Use one of the methods that the `Allow` header and the message name."


class RequestTimeout(Refusal):
    """The request did not arrive in time."""

    code = "request_timeout"
    remedy = "Send the whole request at once, and again over a better connection if it broke off."


class UriTooLong(Refusal):
    """The address is too long."""

    code = "uri_too_long"
    remedy = "Ask with fewer or shorter parameters, several times if need be."


class ExpectationFailed(Refusal):
    """The only expectation that can be met is 100-continue."""

    code = "expectation_failed"
    remedy = "Leave out the `Expect` header."


class HeadersTooLarge(Refusal):
    """The headers are too large."""

    code = "headers_too_large"
    remedy = "Leave out headers that nobody here reads, such as cookies."


class InternalError(Refusal):
    """Something went wrong on our side."""

    code = "internal_error"
    remedy = (
        "Report it with the `request_id`. Repeat a write only under the same `id` or `Idempotency-Key`, so "
        "that it is done once."
    )


class CodingUnsupported(Refusal):
    """A body comes with a Content-Length, or in chunks."""

    code = "coding_unsupported"
    remedy = "Send `Content-Length`, or `Transfer-Encoding: chunked` and nothing else in it."


class Overloaded(Refusal):
    """Too many requests are waiting; try again shortly."""

    code = "overloaded"
    remedy = "Wait for as many seconds as `Retry-After` says, then repeat the request; nothing was recorded."
