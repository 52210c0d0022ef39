"""Which system is asked after a run, and with what: from the scenario and the command line to a `Receiving`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from console.connections.tokens import TOKEN_VARIABLE, find_token
from console.core.clock import iso
from console.core.errors import Refused
from console.harness.load.plan import Plan
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.model import Verification
from console.harness.verdict.filed import Receiving

SOURCES = ("none", "signalbox", "fhir", "mirth", "listener")
USUAL_ENGINE = "http://127.0.0.1:8585"
_RUNNING = "running.json"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BEFORE = timedelta(minutes=5)
"""How far the receiver's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class Whom:
    """What the command line says about whom to ask; what is empty is as the scenario says. `kind` is one of SOURCES."""

    kind: str = ""
    url: str = ""
    capture: Path | None = None
    user: str = ""
    token_env: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def whom_of(plan: Plan, asked: Whom) -> Verification:
    """The scenario's own [verification] with the command line's words in it."""
    own = plan.scenario.verification
    other = bool(asked.kind) and asked.kind != own.source
    return replace(
        own,
        source=asked.kind or own.source,
        url=asked.url or ("" if other else own.url),
        capture=asked.capture or own.capture,
        user=asked.user or own.user,
        token_env=asked.token_env or own.token_env,
        options=tuple({**({} if other else dict(own.options)), **asked.options}.items()),
    )


def open_source(
    folder: RunFolder,
    plan: Plan,
    asked: Whom | None = None,
    *,
    data: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Receiving | None:
    """Whom to ask; None when nobody is to be asked. `data`: the data folder, for the engine's address and token.

    Raises Refused when something is missing: an address, a token, a capture, a password."""
    environment = os.environ if environment is None else environment
    asked = asked or Whom()
    wanted = whom_of(plan, asked)
    options = dict(wanted.options)
    match wanted.source:
        case "none" | "":
            return None
        case "signalbox":
            from console.harness.verdict.sources.signalbox import SignalboxSource

            url = wanted.url or _engine_here(data)
            since = iso(plan.created - _BEFORE)
            return SignalboxSource(
                url, token=_engine_token(url, wanted, data, environment), since=since, options=options
            )
        case "fhir":
            from console.harness.verdict.sources.fhir import FhirSource

            if not wanted.url:
                raise Refused(
                    "The FHIR server's address is missing: verification.url, or --fhir URL.", code="no-address"
                )
            token = _secret(wanted, environment, required=False)
            return FhirSource(wanted.url, token=token, options=options)
        case "mirth":
            from console.harness.verdict.sources.mirth import MirthSource

            if not wanted.url:
                raise Refused("Mirth's address is missing: verification.url, or --mirth URL.", code="no-address")
            return MirthSource(
                wanted.url,
                user=wanted.user or "admin",
                password=_secret(wanted, environment, required=True),
                since=plan.created - _BEFORE,
                options=options,
            )
        case "listener":
            from console.harness.verdict.sources.capture import CaptureSource

            own = plan.scenario.receiver
            if own is not None and own.role == "target":
                options.setdefault("copies", "as-sent")
            return CaptureSource(wanted.capture or folder.capture, options=options)
        case other:
            raise Refused(f"verification.source {other!r} is none of {', '.join(SOURCES)}.", code="bad-source")


def _engine_here(data: Path | None) -> str:
    """The engine that runs on this data folder, as it said itself."""
    if data is not None:
        try:
            body = json.loads((data / _RUNNING).read_text(encoding="utf-8"))
            return str(body["http"]).rstrip("/")
        except (OSError, ValueError, KeyError, TypeError):
            pass
    return USUAL_ENGINE


def _engine_token(url: str, wanted: Verification, data: Path | None, environment: Mapping[str, str]) -> str:
    """The token for the engine; this machine's own is never sent to another."""
    if wanted.token_env:
        return _secret(wanted, environment, required=True)
    local = (urlsplit(url if "://" in url else f"http://{url}").hostname or "") in _LOOPBACK
    if not local and not environment.get(TOKEN_VARIABLE, "").strip():
        raise Refused(f"No access token for {url}. Set {TOKEN_VARIABLE} to that engine's token.", code="no-token")
    return find_token(environment, data or Path())


def _secret(wanted: Verification, environment: Mapping[str, str], *, required: bool) -> str:
    """The secret in the environment variable that the scenario names; never in a file of ours."""
    if wanted.token_env:
        value = environment.get(wanted.token_env, "")
        if value:
            return value
        raise Refused(f"The environment variable {wanted.token_env} is not set: it holds the secret.", code="no-secret")
    if required:
        raise Refused(
            "A password is needed: put it into an environment variable and name that with verification.token_env or "
            "--token-env.",
            code="no-secret",
        )
    return ""
