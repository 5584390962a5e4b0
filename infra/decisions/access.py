"""Whether a caller may still ask: the state of their session, themselves and their company."""

from collections.abc import Callable
from typing import LiteralString

from commands.access import Access, TokenRevoked
from commands.ports import Caller
from projections.base import Database

#: Is told of the caller's access, before anything is answered.
TellAccess = Callable[[Access], None]

# A session of an unknown user or a closed one is no session. The platform has no company row.
ACCESS: LiteralString = """
    SELECT session.revoked_at IS NULL AND person.is_active AS session_is_open, person.rights_version,
           company.status AS company_status, company.subscription_status,
           coalesce(company.blind_close, false) AS is_blind
      FROM sessions AS session
      JOIN users AS person ON person.company_id = session.company_id AND person.id = session.user_id
      LEFT JOIN companies AS company ON company.company_id = session.company_id
     WHERE session.company_id = %(company_id)s AND session.id = %(session_id)s
       AND session.user_id = %(user_id)s
"""


class AccessCheck:
    """A caller's access, asked for with the first round trip of their own request."""

    def __init__(self, db: Database, caller: Caller, tell: TellAccess | None = None) -> None:
        self._caller = caller
        self._tell = tell
        params = {"company_id": caller.company_id, "session_id": caller.session_id, "user_id": caller.user_id}
        self._answer = db.ask(ACCESS, params) if caller.session_id else None

    def check(self, *, writing: bool) -> None:
        """Raise TokenRevoked, RightsChanged, CompanySuspended or SubscriptionExpired."""
        if self._answer is None:
            return
        row = self._answer.row()
        if row is None:
            raise TokenRevoked
        access = Access(**row)
        access.check(self._caller.rights_version, writing=writing)
        if self._tell:
            self._tell(access)
