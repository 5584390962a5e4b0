"""Puts the services together: database, log, read models, sign-in, and the API on top."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import psycopg
from prometheus_client import Counter

from api.audit.stories.texts import check_sentences
from api.receipt_addresses import ReceiptAddresses
from api.services import ReadModel, Services
from commands.unavailable import Unavailable
from infra.decisions.application import Application
from infra.decisions.signing import SigningDevice
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.descriptions import EventCatalog
from infra.files.gallery import Gallery
from infra.fiscal.device import HttpFiscalDevice
from infra.fiscal.http import Service
from infra.identity.authentication import SignIn
from infra.identity.hashes import Hashes
from infra.identity.recovery import Recovery
from infra.identity.refresh_tokens import pepper_of
from infra.identity.throttle import Throttle
from infra.identity.tokens import Tokens
from infra.postgres.connections import LENGTHY_SECONDS, SECONDS, Bounds
from infra.postgres.definitions import digest_of
from infra.postgres.pool import Pool, RequestPool
from infra.postgres.replica import Replica
from infra.postgres.request_transactions import RequestConnection
from infra.runtime.databases import addresses_of, replica_address
from infra.runtime.doctor import Doctor
from infra.runtime.exposition import Exposition
from infra.runtime.mail import messenger_of
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.questions import Looker, ask_each
from infra.runtime.seals import Desk
from infra.runtime.service_state import QUESTIONS, Limits, report, state_of
from infra.runtime.settings import Settings
from infra.runtime.work import RequestWork
from projections.base import Projection, ServerOutdated

_ANSWERED = Counter(
    "mipos_replica_questions_total",
    "Questions for the replica, by who answered them: it, or the primary in its place.",
    ["answered_by"],
)
#: For how long one look at the database answers all who ask, and how long anybody waits for it, in seconds.
FRESH, PATIENCE = 0.8, 0.8

# No event is told by guess: one that lacks its sentence keeps the server from starting.
check_sentences(EVENT_TYPES.by_name)


def open_pool(conninfo: str, size: int, seconds: float = SECONDS) -> RequestPool:
    """A pool of connections for requests that take so long at most."""
    bounds = Bounds.within(seconds)
    return Pool(lambda: RequestConnection.open(conninfo, bounds, "mipos"), size)


def make_event_writer() -> EventWriter:
    """The event writer over every event type and read model."""
    return EventWriter(EVENT_TYPES, PROJECTIONS)


def make_application(
    pool: RequestPool,
    seconds: float = SECONDS,
    lengthy_seconds: float = LENGTHY_SECONDS,
    *,
    replica: Replica | None = None,
    device: SigningDevice | None = None,
) -> Application[RequestWork]:
    """Runs commands and questions over a pool, within so many seconds a request."""
    open_work = partial(RequestWork, guesses={})
    writer = make_event_writer()
    return Application(pool, writer, open_work, seconds, lengthy_seconds, replica=replica, device=device)


def signing_device(settings: Settings) -> SigningDevice | None:
    """What signs receipts, if the settings name it; nothing is connected to before a first one."""
    if settings.fiscal_device_url is None:
        return None
    service = Service(
        settings.fiscal_device_url, settings.fiscal_device_token, float(settings.fiscal_device_seconds)
    )
    return HttpFiscalDevice(service, settings.fiscal_places)


def open_replica(settings: Settings, primary: RequestPool) -> Replica | None:
    """The replica that the settings name, if they do; nothing is connected to before a question is asked."""
    address = replica_address(settings)
    if address is None:
        return None
    bounds = Bounds.within(settings.request_seconds)
    copies = Pool(
        lambda: RequestConnection.open(address, bounds, "mipos replica"),
        settings.threads,
        wait=0.1,
        restart=0,
    )
    return Replica(copies, primary, count=lambda outcome: _ANSWERED.labels(outcome).inc())


class Watch:
    """Looks after what the API stands on. A parked read model is shown, but does not stop the shop."""

    def __init__(self, application: Application[Any], limits: Limits) -> None:
        self._limits = limits
        self._looker = Looker(lambda: state_of(ask_each(application, QUESTIONS)), FRESH)
        self._exposition = Exposition(application, self._looker.see)

    def check(self) -> dict[str, Any]:
        """Whether the database answers, and how far the read models are behind."""
        try:
            state = self._looker.see(PATIENCE)
        except ServerOutdated as outdated:
            return {"ready": False, "message": outdated.message, "database": True}
        except (Unavailable, psycopg.Error, TimeoutError):
            return {"ready": False, "message": "The database does not answer.", "database": False}
        findings = report(state, self._limits)
        message = "Ready" if findings["status"] == "ok" else "Ready, but something needs looking after."
        return {"ready": True, "message": message, "database": True, **findings}

    def metrics(self) -> bytes:
        """Counters of all processes, and how the service is, in the format of Prometheus."""
        return self._exposition.text()


def build_services(pool: RequestPool, settings: Settings) -> Services:
    """Everything behind the API, over one pool of connections."""
    seconds = settings.request_seconds, settings.lengthy_request_seconds
    replica, device = open_replica(settings, pool), signing_device(settings)
    application = make_application(pool, *seconds, replica=replica, device=device)
    secret = settings.signing_key()
    peppers = tuple(pepper_of(one) for one in (secret, *settings.former_secret_keys))
    tokens = Tokens(secret, settings.access_token_seconds, settings.former_secret_keys)
    return Services(
        application=application,
        authentication=_sign_in(application, tokens, settings, peppers),
        health=Watch(application, Limits(settings.ready_max_lag_events, settings.ready_max_lag_seconds)),
        pictures=Gallery(application),
        now=lambda: datetime.now(UTC),
        max_body_bytes=settings.max_body_bytes,
        cors_origins=settings.cors_origins,
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        registration=settings.registration,
        has_demo=settings.demo,
        requests_per_minute=settings.requests_per_minute,
        processes=settings.workers,
        metrics_token=settings.metrics_token,
        peppers=peppers,
        seals=Desk(addresses_of(settings).app, settings),
        doctor=Doctor(addresses_of(settings).app, settings, EVENT_TYPES, PROJECTIONS),
        targets=settings.webhook_targets,
        events=EventCatalog(EVENT_TYPES),
        pool=lambda: pool.state,
        read_models=tuple(map(_described, PROJECTIONS)),
        receipts=ReceiptAddresses.of_installation(
            settings.sealing_key(), settings.former_data_keys, settings.public_url
        ),
    )


def _described(model: Projection) -> ReadModel:
    return ReadModel(
        name=model.name,
        mode=model.mode,
        version=model.version,
        tables=tuple(model.tables),
        digest=digest_of(model),
    )


def _sign_in(
    application: Application[Any], tokens: Tokens, settings: Settings, peppers: tuple[bytes, ...]
) -> SignIn:
    throttle = Throttle(
        application,
        peppers[0],
        per_account=settings.sign_in_failures_per_account,
        from_anywhere=settings.sign_in_failures_from_anywhere,
        per_address=settings.sign_in_failures_per_address,
    )
    return SignIn(
        application,
        tokens,
        throttle,
        Recovery(application, messenger_of(settings), settings.public_url),
        Hashes(),
        refresh_seconds=settings.refresh_token_seconds,
        peppers=peppers,
    )
