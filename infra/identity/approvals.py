"""Approvals as they are kept: given for a while, and known again by a token of which only a hash is there."""

import hashlib
from collections.abc import Callable
from typing import LiteralString

from commands.approvals import LIFETIME, Approver
from commands.ports import Caller
from domain.approvals import Approval, ApprovalNotValid
from domain.pending import Pending
from infra.decisions.approvals import IS_GOOD
from projections.base import Database

# A password or a pin that was changed since it was checked approves nothing.
_GIVE: LiteralString = """
    INSERT INTO approvals (company_id, token_hash, caller_id, key, approver_id, approver_role,
                           approver_rights, store_ids, order_id, amount, expires_at)
    SELECT %(company_id)s, %(token_hash)s, %(caller_id)s, %(key)s, %(approver_id)s, %(approver_role)s,
           %(approver_rights)s, %(store_ids)b::uuid[], %(order_id)s, %(amount)s,
           now() + make_interval(secs => %(seconds)s)
      FROM credentials
     WHERE company_id = %(company_id)s AND id = %(approver_id)s
       AND %(checked_hash)s IN (password_hash, pin_hash)
    RETURNING key
"""

# One that was used is found all the same: whoever repeats a request gets the answer of then.
_FIND: LiteralString = f"""
    SELECT approval.token_hash, approval.key, approval.approver_id, approval.approver_role,
           approval.store_ids, approval.order_id, approval.amount
      FROM approvals AS approval
     WHERE approval.company_id = %(company_id)s AND approval.token_hash = %(token_hash)s
       AND approval.caller_id = %(caller_id)s AND (approval.used_at IS NOT NULL OR {IS_GOOD})
"""


class Approvals:
    """Approvals as commands give them. Whatever changes is said by `changed`."""

    def __init__(self, db: Database, caller: Caller, changed: Callable[[], None]) -> None:
        self._db = db
        self._caller = caller
        self._changed = changed

    def give(self, approval: Approval, approver: Approver) -> Pending[bool]:
        """Let the caller use it for a while; False if the secret that was checked is another by now."""
        params = {
            "company_id": self._db.company_id,
            "token_hash": approval.token_hash,
            "caller_id": self._caller.user_id,
            "key": approval.key,
            "approver_id": approval.approver_id,
            "approver_role": approval.approver_role,
            "approver_rights": approver.rights_version,
            "store_ids": list(approval.store_ids),
            "order_id": approval.order_id,
            "amount": approval.amount,
            "seconds": LIFETIME,
            "checked_hash": approver.checked_hash,
        }
        answer = self._db.ask(_GIVE, params)
        self._changed()
        return Pending(lambda: answer.row() is not None)


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def find_approval(db: Database, token: str, caller: Caller) -> Approval:
    """The approval that was given to the caller under this token. Raises ApprovalNotValid."""
    params = {"company_id": db.company_id, "token_hash": digest_of(token), "caller_id": caller.user_id}
    row = db.ask(_FIND, params).row()
    if row is None:
        raise ApprovalNotValid
    return Approval(**{**row, "store_ids": tuple(row["store_ids"])})
