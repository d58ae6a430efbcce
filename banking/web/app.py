"""The web application: one process at the door of the bank."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from banking.adapters.db.pulse import Pulse
from banking.domain.inbound import Batch
from banking.services.front_desk import Received
from banking.web import api, health, metrics, model_server, pages, webhooks
from banking.web.api import Api
from banking.web.body_limit import BodyLimit
from banking.web.desk import routes as desk_routes
from banking.web.desk.desk import HERE as DESK
from banking.web.desk.desk import Desk
from banking.web.front import Front
from banking.web.health import Health, answers
from banking.web.metrics import Counting, Metrics
from banking.web.model_server import ModelServer
from banking.web.pages import Pages
from banking.web.rendering import HERE, Page, Renderer
from banking.web.security_headers import SecurityHeaders
from banking.web.steps import Steps

if TYPE_CHECKING:
    # Listing the routes needs no bank, and so nothing that a bank is made of.
    from banking.bootstrap import Bank

# Health checks come over loopback, whatever the public name is.
_OWN_HOSTS = ("127.0.0.1", "localhost", "::1")
_NOT_FOUND = 404
_KINDS = {401: "unauthorised", 404: "not found", 405: "not allowed", 429: "too often"}


def create_app(bank: "Bank | None" = None) -> FastAPI:
    """Make the application; without a bank it can list its routes and no more."""
    app = FastAPI(
        title="Teller", version="1", docs_url=None, redoc_url=None, openapi_url=None
    )
    parts = (pages, api, desk_routes, health, metrics, model_server)
    for part in (_webhooks(bank), *(part.router for part in parts)):
        # One flat list of routes, so that a look at it sees every door.
        app.router.routes.extend(part.routes)
    app.mount("/static/desk", StaticFiles(directory=DESK / "static"), name="desk")
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _not_understood)
    if bank is not None:
        _equip(app, bank)
    return app


def _equip(app: FastAPI, bank: "Bank") -> None:
    settings = bank.settings
    front = Front.of(bank)
    renderer = Renderer.of(front, settings.bank_timezone)
    pulse = Pulse(bank.engine)
    app.state.renderer = renderer
    app.state.pages = Pages(front, renderer, Steps.of(front))
    app.state.desk = Desk.of(bank, front)
    app.state.api = Api(
        uow=bank.uow,
        clock=bank.clock,
        identity=bank.identity,
        pace=bank.api_pace,
        key=settings.api_key.get_secret_value(),
        channels=settings.channel_names,
        traces=not settings.is_production,
    )
    app.state.health = Health(
        {
            "database": pulse.database,
            "rasa": answers(f"{settings.rasa_url}/webhooks/gateway/"),
            "actions": answers(f"{settings.actions_url}/health"),
            "worker": pulse.worker,
        }
    )
    app.state.models = ModelServer(
        gate=bank.model_gate,
        clock=bank.clock,
        key=settings.envelope_key.get_secret_value(),
    )
    app.state.metrics = Metrics(key=settings.api_key.get_secret_value())
    app.state.metrics.watch(app.state.health.ready, pulse.jobs)
    public = urlsplit(settings.public_url).hostname or ""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[public, *_OWN_HOSTS])
    app.add_middleware(Counting, registry=app.state.metrics.registry)
    app.add_middleware(BodyLimit)
    # Added last, so outermost: its headers are on every answer there is.
    app.add_middleware(SecurityHeaders, https=front.https)


def _webhooks(bank: "Bank | None") -> Any:
    if bank is None:
        return webhooks.router(
            _nobody, verify_token="", app_secrets=(), phone_number_id=""
        )
    settings = bank.settings
    return webhooks.router(
        bank.front_desk.receive,
        verify_token=settings.whatsapp_verify_token.get_secret_value(),
        app_secrets=settings.app_secrets,
        phone_number_id=settings.whatsapp_phone_number_id,
    )


def _nobody(_channel: str, _batch: Batch) -> Received:
    raise RuntimeError("no bank behind this application")


async def _http_error(request: Request, error: Exception) -> Response:
    """Say what kind of "no" it is, and nothing of why."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = getattr(error, "headers", None)
    if f"{request.url.path}/".startswith("/desk/"):
        desk: Desk = request.app.state.desk
        return await run_in_threadpool(desk.lost, request, status, headers)
    if request.url.path.startswith("/s/") or (
        status == _NOT_FOUND and "text/html" in request.headers.get("accept", "")
    ):
        renderer: Renderer = request.app.state.renderer
        return renderer.html(Page("lost.html", status=status), None)
    return JSONResponse(
        {"error": _KINDS.get(status, "refused")}, status, headers=headers
    )


async def _not_understood(_request: Request, _error: Exception) -> Response:
    """Never with what was sent: it may hold what must not come back."""
    return JSONResponse({"error": "not understood"}, 422)
