"""The engine's HTTP side as one ASGI application: gate, API, FHIR facade."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from console.core.errors import SignalboxError
from console.engine.api.addresses import HEALTH, OPENAPI, UNTIMED
from console.engine.api.auditing import Auditing
from console.engine.api.guards import BodyLimit, Deadline, HostGuard, RequestFrame, TokenGuard
from console.engine.api.openapi import describe
from console.engine.api.refusals import Refusal, failure, is_fhir, refusal_of, render
from console.engine.api.routes import (
    audit,
    concept_maps,
    destinations,
    encounters,
    events,
    failures,
    health,
    keys,
    messages,
    orders,
    patients,
    statistics,
    traces,
)
from console.engine.api.services import Services
from console.engine.api.validation import errors_of

OWNER = "owner"
"""The actor behind the data folder's token."""

_ROUTERS = (
    health,
    statistics,
    events,
    messages,
    traces,
    keys,
    patients,
    encounters,
    orders,
    failures,
    destinations,
    concept_maps,
    audit,
)


def build_app(
    services: Services,
    api: FastAPI,
    *,
    token: str,
    names: Collection[str] = (),
    loopback_only: bool = True,
    facade: ASGIApp | None = None,
) -> ASGIApp:
    """The API and the facade behind their gate. `names` are host names it may be called by besides localhost."""
    audited = Auditing(
        _Faces(api, facade) if facade else api, log=services.audit, clock=services.clock, new_id=services.new_id
    )
    limited = BodyLimit(Deadline(audited, streams=UNTIMED))
    known = TokenGuard(limited, token=token, actor=OWNER, public=(HEALTH,))
    return RequestFrame(HostGuard(known, names=names, loopback_only=loopback_only), new_id=services.new_id)


class _Faces:
    """The API and the FHIR facade, side by side."""

    def __init__(self, api: ASGIApp, facade: ASGIApp) -> None:
        self._api = api
        self._facade = facade

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._facade if is_fhir(scope) else self._api)(scope, receive, send)


def build_api(services: Services) -> FastAPI:
    """The API alone, for its OpenAPI document; without the gate it answers nobody."""
    api = FastAPI(
        title="Signalbox engine",
        version=services.version,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    api.state.services = services
    for module in _ROUTERS:
        api.include_router(module.router)
    api.add_exception_handler(SignalboxError, _ours)
    api.add_exception_handler(HTTPException, _of_the_framework)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(Exception, _unforeseen)
    describe(api)
    return api


def _respond(request: Request, refusal: Refusal) -> Response:
    made = render(request.scope, refusal)
    return Response(made.body, status_code=made.status, media_type=made.content_type, headers=made.headers)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignalboxError)
    return _respond(request, refusal_of(error))


async def _of_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 404:
        refusal = Refusal(
            404, "no-such-route", "There is nothing at this address.", f"See {OPENAPI} for what there is."
        )
    elif error.status_code == 405:
        offered = headers.get("allow") or headers.get("Allow", "")
        refusal = Refusal(
            405,
            "method-not-allowed",
            "This method is not offered here.",
            f"Offered: {offered or 'see the OpenAPI document'}.",
        )
    else:
        refusal = Refusal(error.status_code, "refused", "The request was refused.", "See the OpenAPI document.")
    refusal.headers |= headers
    return _respond(request, refusal)


async def _unforeseen(request: Request, error: Exception) -> Response:
    """Answers decently; the framework raises the error again afterwards and the frame logs it."""
    return _respond(request, failure())


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = errors_of(error.errors())
    named = ", ".join(dict.fromkeys(one["path"].rpartition(".")[2] for one in errors[:5]))
    return _respond(
        request,
        Refusal(
            422,
            "invalid-request",
            f"The request is not valid: {named}.",
            "Correct what `errors` names; the OpenAPI document says what is accepted.",
            errors=errors,
        ),
    )
