"""Who one is."""

from falcon import Request, Response

from api.auth.answers import MeAnswer
from api.auth.presenter import show_me
from api.operations import SIGNED_IN, operation
from api.resource import Resource
from commands.access import TokenRevoked
from projections.signed_in import find_shown


class Me(Resource):
    """Who one is."""

    @operation(SIGNED_IN, "Show who I am", answer=MeAnswer)
    def on_get(self, req: Request, resp: Response) -> None:
        """The user, the company, the stores and the permissions."""
        caller = req.context.caller
        user = self.ask(req, resp, lambda reading: find_shown(reading.db, caller.user_id))
        if user is None:
            raise TokenRevoked
        self.answer(req, resp, show_me(user, caller.permissions))
