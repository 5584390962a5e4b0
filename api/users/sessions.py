"""Where a user is signed in."""

from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.users.answers import SessionAnswer
from api.users.single import find_within
from commands.ports import ConcurrentEdit
from commands.users import EndSessions, end_sessions
from projections.base import Row
from projections.sessions import list_sessions


class UserSessions(Resource):
    """A user's sessions."""

    @operation("users.view", "List a user's sessions", answer=SessionAnswer, many=True)
    def on_get(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Those that can still be refreshed, the one used last first."""

        def question(reading: Reading) -> list[Row]:
            find_within(reading, req, user_id)
            return list_sessions(reading.db, user_id, req.context.caller.session_id)

        sessions = self.ask(req, resp, question)
        self.answer(req, resp, [SessionAnswer.of(session) for session in sessions])

    @operation("users.edit", "End all sessions of a user", refusals=(ConcurrentEdit,))
    def on_delete(self, req: Request, resp: Response, user_id: UUID) -> None:
        """Sign the user out everywhere, at once."""
        command = EndSessions(user_id=user_id)
        self.write(req, resp, end_sessions, command, lambda _: None, message="Sessions ended")


class UserSessionById(Resource):
    """One session of a user."""

    @operation("users.edit", "End a session of a user", refusals=(ConcurrentEdit,))
    def on_delete(self, req: Request, resp: Response, user_id: UUID, session_id: UUID) -> None:
        """Sign the user out there, at once."""
        command = EndSessions(user_id=user_id, session_id=session_id)
        self.write(req, resp, end_sessions, command, lambda _: None, message="Session ended")
