"""Answers that show a secret once: what is kept of them for repetitions is without it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from falcon import Request, Response

from api.resource import Resource
from api.webhooks.answers import NewSecretAnswer, show_new_secret
from commands.webhooks.registration import Outcome


@contextmanager
def showing_secret(
    resource: Resource, req: Request, resp: Response, message: str
) -> Iterator[Callable[[Outcome], NewSecretAnswer]]:
    """Present an outcome without its secret, and add that to the answer in the end, but for a repetition."""
    made: list[Outcome] = []

    def present(outcome: Outcome) -> NewSecretAnswer:
        made.append(outcome)
        return show_new_secret(outcome, None)

    yield present
    if resp.get_header("Idempotent-Replayed") is None and made and made[-1].secret:
        resource.answer(req, resp, show_new_secret(made[-1], made[-1].secret.text), message)
