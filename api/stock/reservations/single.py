"""One reservation: shown, and released."""

from uuid import UUID

from falcon import Request, Response

from api.etags import expected_versions
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource
from api.services import Reading
from api.stock.reach import check_reach
from api.stock.reservations.answers import ReservationAnswer
from api.stock.reservations.input import ReleaseBody
from api.stock.reservations.presenter import show_reservation
from commands.ports import ConcurrentEdit, Missing, StaleVersion
from commands.stock.reservations.release import ReleasedLine, ReleaseReservation, release_reservation
from domain.stock.reservations import ReleaseExceedsReserved, Reservation, ReservationEnded


class ReservationById(Resource):
    """One reservation."""

    @operation("inventory.reserve", "Show a reservation", query=AsOfQuery(), answer=ReservationAnswer)
    def on_get(self, req: Request, resp: Response, reservation_id: UUID) -> None:
        """As it is, or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")

        def question(reading: Reading) -> Reservation:
            found: list[Reservation] = reading.aggregates(Reservation, [reservation_id], as_of)
            if not found:
                raise Missing
            check_reach(reading, caller, found[0].storage_id)
            return found[0]

        self.show(req, resp, show_reservation(self.ask(req, resp, question)))


class ReservationRelease(Resource):
    """Releases reservations."""

    @operation(
        "inventory.reserve",
        "Release a reservation",
        body=ReleaseBody(),
        body_is_optional=True,
        answer=ReservationAnswer,
        refusals=(StaleVersion, ConcurrentEdit, ReservationEnded, ReleaseExceedsReserved),
    )
    def on_post(self, req: Request, resp: Response, reservation_id: UUID) -> None:
        """Let go of all that is still promised, or of some of it."""
        body = req.context.body
        lines = body["lines"]
        command = ReleaseReservation(
            id=reservation_id,
            lines=None if lines is None else tuple(ReleasedLine(**line) for line in lines),
            reason=body["reason"],
            expected_versions=expected_versions(req),
        )
        self.write(req, resp, release_reservation, command, show_reservation, message="Reservation released")
