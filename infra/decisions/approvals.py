"""Approvals as decisions use them up: at most once, and only together with what was decided."""

from typing import LiteralString

from commands.ports import Caller
from domain.approvals import ApprovalNotValid
from projections.base import Database

#: What an approval must be to allow something still. Whose rights changed since has approved nothing.
IS_GOOD: LiteralString = """
    approval.used_at IS NULL AND approval.expires_at > now()
    AND EXISTS (SELECT 1 FROM users AS approver
                 WHERE approver.company_id = %(company_id)s AND approver.id = approval.approver_id
                   AND approver.is_active AND approver.rights_version = approval.approver_rights)
"""

# Whoever sends the same approval at the same moment waits here until this transaction has ended.
_USE: LiteralString = f"""
    UPDATE approvals AS approval SET used_at = now()
     WHERE approval.company_id = %(company_id)s AND approval.token_hash = %(token_hash)s AND {IS_GOOD}
    RETURNING approval.key
"""


class ApprovalUse:
    """The approval that a request brings, used up unless the transaction comes to nothing."""

    def __init__(self, db: Database, caller: Caller) -> None:
        approval = caller.approval
        params = {"company_id": caller.company_id, "token_hash": approval.token_hash} if approval else {}
        self._answer = db.ask(_USE, params) if approval else None

    def check(self, *, is_repetition: bool) -> None:
        """Raise ApprovalNotValid when it was used before, or is good no more.

        A repetition is answered all the same: it decides nothing.
        """
        if self._answer is not None and not is_repetition and self._answer.row() is None:
            raise ApprovalNotValid
