"""Has a process of its own send requests, every one of which is to succeed."""

from infra.bench.load import Result, Task
from infra.bench.site import MeasurementFailed, task


def send(load: Task, what: str) -> Result:
    """What came back. Raises MeasurementFailed when any was refused, or none answered; `what` names them."""
    with task("infra.bench.load", load) as result:
        answered: Result = result()
    if answered.failed or not answered.answered:
        refusal = answered.refusal.decode("utf-8", "replace")
        raise MeasurementFailed(
            f"{answered.failed} {what} were refused, {answered.answered} answered: {refusal}"
        )
    return answered
