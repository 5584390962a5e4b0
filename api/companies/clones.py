"""POST and GET /api/super/companies/{company_id}/clones: companies made of other ones' logs."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

from falcon import Request, Response

from api.answers import NULL, Id, Meaning, Moment
from api.audit.jobs import ABOUT_JOBS, AuditJobAnswer, AuditJobResource
from api.companies.clone_input import CloneBody
from api.companies.single import find_company
from api.operations import operation
from api.platform import check_platform
from api.services import Reading
from commands.audit_jobs import TooManyAuditJobs
from commands.ports import DuplicateId, Missing
from domain.errors import Detail, Invalid
from domain.passwords import check_password
from domain.users import DuplicateUsername
from projections.audit_jobs import find_audit_job
from projections.clones import find_position_by, has_log
from projections.users import ask_directory

PERMISSION = "companies.clone"
#: Of its hash a password's salt has so many bytes.
_SALT = 16


class CloneAnswer(AuditJobAnswer, kw_only=True):
    """A clone, and how far it is."""

    source_id: Annotated[Id, Meaning("The company whose log it has.")]
    name: Annotated[str, Meaning("What the clone is called.", "Playground")]
    as_of: Annotated[Moment | None, Meaning("By when it was recorded; null: by when it was made.", NULL)]
    personal: Annotated[bool, Meaning("Whether it knows persons.", False)]
    company_id: Annotated[Id | None, Meaning("The company that was made; null before.")] = None


class _Clones(AuditJobResource):
    kind = "clone"


class Clones(_Clones):
    """Clones to be made."""

    @operation(
        PERMISSION,
        "Clone a company",
        body=CloneBody(),
        answer=CloneAnswer,
        status=202,
        refusals=(Invalid, Missing, DuplicateId, DuplicateUsername, TooManyAuditJobs),
        description="A company of its own with all that another one recorded, to try things out in: "
        "`is_sandbox`. It has no package, mails nothing, tells no webhook, and its receipts say TRAINING. "
        f"Persons are numbers in it (Customer 0042) unless `personal` says otherwise. {ABOUT_JOBS}",
    )
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        """Have it made. Raises Invalid, Missing, DuplicateId, DuplicateUsername, TooManyAuditJobs."""
        check_platform(req.context.caller)
        body = req.context.body
        own_id = body.get("id") or uuid4()
        self.ask(req, resp, lambda reading: _check_source(reading, company_id), within=company_id)
        if self.ask(req, resp, lambda reading: find_audit_job(reading.db, self.kind, own_id)) is None:
            self._check_new(req, resp, company_id, own_id)
        self.request(req, resp, self._request_of(company_id, own_id, body), show_clone, own_id)

    def _check_new(self, req: Request, resp: Response, company_id: UUID, own_id: UUID) -> None:
        """Raise Invalid, DuplicateId or DuplicateUsername for what could not be made."""
        body = req.context.body
        moment, admin = body["as_of"], body["admin"]
        if moment is not None:
            if moment > self.services.now():
                raise Invalid(details=[Detail("as_of", "in_the_future", "It is still to come.")])
            if not self.ask(
                req, resp, lambda reading: find_position_by(reading.db, moment), within=company_id
            ):
                raise Invalid(details=[Detail("as_of", "no_events", "Nothing was recorded by then.")])
        if self.ask(req, resp, lambda reading: has_log(reading.db, own_id)):
            raise DuplicateId
        if admin and self.ask(req, resp, lambda reading: ask_directory(reading.db, admin["username"]).row()):
            detail = Detail("admin.username", DuplicateUsername.code, "Another user has this name.")
            raise DuplicateUsername(details=[detail])

    def _request_of(self, company_id: UUID, own_id: UUID, body: Mapping[str, Any]) -> dict[str, Any]:
        as_of, admin = body["as_of"], body["admin"]
        return {
            "source_id": str(company_id),
            "name": body["name"],
            "as_of": as_of.isoformat() if as_of else None,
            "personal": body["personal"],
            "admin": self._admin(own_id, admin) if admin else None,
        }

    def _admin(self, own_id: UUID, admin: Mapping[str, Any]) -> dict[str, Any]:
        """The admin as the job takes it: the same for the same request, so that a repeated one is known."""
        check_password(admin["password"], admin["username"], "admin.password")
        salt = sha256(f"{own_id} {admin['username']}".encode()).digest()[:_SALT]
        return {
            "username": admin["username"],
            "email": admin["email"],
            "password_hash": self.services.authentication.hash_password(admin["password"], salt),
        }


class CloneById(_Clones):
    """One of them."""

    @operation(PERMISSION, "Show a clone on its way", answer=CloneAnswer, refusals=(Missing,))
    def on_get(self, req: Request, resp: Response, company_id: UUID, job_id: UUID) -> None:
        """How far it is. Raises Missing."""
        check_platform(req.context.caller)
        row = self.find(req, resp, job_id)
        if row["asked"]["source_id"] != str(company_id):
            raise Missing
        self.answer(req, resp, show_clone(row))


def _check_source(reading: Reading, company_id: UUID) -> None:
    """Raise Missing unless there is such a company."""
    find_company(reading, company_id)


def show_clone(row: Mapping[str, Any]) -> CloneAnswer:
    """A clone as the platform sees it."""
    asked = row["asked"]
    shown = {name: value for name, value in row.items() if name in AuditJobAnswer.__struct_fields__}
    told = {name: asked[name] for name in ("source_id", "name", "as_of", "personal")}
    return CloneAnswer.of({**shown, **told, "company_id": row["id"] if row.get("result") else None})
