"""Companies in the API: the platform looks after all of them, an admin after the own."""

from falcon import App, Request, Response

from api.companies.clones import CloneById, Clones
from api.companies.listing import Companies
from api.companies.single import CompanyById
from api.companies.subscription import CompanySubscription
from api.companies.suspension import CompanyActivation, CompanySuspension
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of companies."""
    path = "/api/admin/companies"
    single = f"{path}/{{company_id:uuid}}"
    app.add_route(path, Companies(services))
    app.add_route(single, CompanyById(services))
    app.add_route(f"{single}/activate", CompanyActivation(services))
    app.add_route(f"{single}/suspend", CompanySuspension(services))
    app.add_route(f"{single}/subscription", CompanySubscription(services))
    clones = "/api/super/companies/{company_id:uuid}/clones"
    app.add_route(clones, Clones(services))
    app.add_route(f"{clones}/{{job_id:uuid}}", CloneById(services))
