"""Every "no" of the HTTP side in one form: problem details for the API, an OperationOutcome for FHIR.

RFC 9457 (application/problem+json) and hl7.org/fhir/R4/operationoutcome.html. A refusal says what happened and what to
do, and never repeats what was sent: that may be patient data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import Scope, Send

from console.core.errors import Conflict, EnvironmentFault, InvalidMessage, Refused, SignalboxError
from console.engine.api.addresses import FHIR

PROBLEM_JSON = "application/problem+json"
FHIR_JSON = "application/fhir+json; charset=utf-8"

_TITLES = {
    400: "The request cannot be understood",
    401: "Not authorised",
    403: "Not allowed",
    404: "Not found",
    405: "This method is not offered here",
    406: "This format is not offered",
    408: "The request took too long to arrive",
    409: "Somebody else was first, or the question is ambiguous",
    410: "Gone",
    412: "It changed since you read it",
    413: "The request is too large",
    415: "This format is not accepted",
    421: "This address is not served here",
    422: "The request is not valid",
    429: "Too many requests",
    500: "The engine failed",
    501: "Not supported",
    503: "Not available now",
    504: "The answer took too long",
}

_ISSUES = {  # hl7.org/fhir/R4/valueset-issue-type.html
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    421: "security",
    429: "throttled",
    500: "exception",
    501: "not-supported",
    503: "transient",
    504: "timeout",
}


class Refusal(Refused):
    """A refusal with its HTTP status. `text` is what happened, `what_to_do` the way out."""

    def __init__(
        self,
        status: int,
        code: str,
        text: str,
        what_to_do: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(text, code=code)
        self.status = status
        self.what_to_do = what_to_do
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.more = dict(more or {})


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """A finished error response."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def not_found(what: str, what_to_do: str) -> Refusal:
    return Refusal(404, "not-found", f"There is no {what} like that.", what_to_do)


def refusal_of(error: SignalboxError) -> Refusal:
    """Our own errors as HTTP: a rule 422 (404 for what is not there), the world 503, a race 409."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, Refused):
        status = 404 if error.code == "not-found" else 422
        return Refusal(status, error.code, error.text, "Correct the request and send it again.")
    if isinstance(error, Conflict):
        return Refusal(409, error.code, error.text, "Read it again, and decide anew.")
    if isinstance(error, InvalidMessage):
        return Refusal(422, error.code, error.text, f"Look at {error.path}." if error.path else "Look at the message.")
    if isinstance(error, EnvironmentFault):
        headers = {"Retry-After": "2"} if error.retryable else {}
        todo = "Try again in a moment." if error.retryable else "Tell whoever runs the engine; its log has the code."
        return Refusal(503, error.code, error.text, todo, headers=headers)
    return failure(error.code)


def failure(code: str = "failed") -> Refusal:
    """What is said of our own mistakes: nothing but the request id helps, and the log has it."""
    return Refusal(
        500, code, "The engine could not answer; this is a defect.", "Report the request id; the engine's log names it."
    )


def render(scope: Scope, refusal: Refusal) -> ErrorAnswer:
    """The refusal in the form that the asked part of the API speaks."""
    if is_fhir(scope):
        body: dict[str, Any] = operation_outcome(refusal)
        return ErrorAnswer(refusal.status, FHIR_JSON, orjson.dumps(body), refusal.headers)
    body = {
        "type": f"urn:signalbox:problem:{refusal.code}",
        "title": _TITLES.get(refusal.status, "Refused"),
        "status": refusal.status,
        "detail": refusal.text,
        "code": refusal.code,
        "what_to_do": refusal.what_to_do,
        "request_id": request_id(scope),
        **({"errors": refusal.errors} if refusal.errors else {}),
        **refusal.more,
    }
    return ErrorAnswer(refusal.status, PROBLEM_JSON, orjson.dumps(body), refusal.headers)


def operation_outcome(refusal: Refusal) -> dict[str, Any]:
    diagnostics = f"{refusal.text} {refusal.what_to_do}".strip()
    issue: dict[str, Any] = {
        "severity": "error" if refusal.status < 500 else "fatal",
        "code": _ISSUES.get(refusal.status, "invalid"),
        "details": {"text": refusal.code},
        "diagnostics": diagnostics,
    }
    where = [error["path"] for error in refusal.errors if error.get("path")]
    if where:
        issue["expression"] = where
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def is_fhir(scope: Scope) -> bool:
    path = str(scope.get("path", ""))
    return path == FHIR or path.startswith(f"{FHIR}/")


def request_id(scope: Scope) -> str:
    return str(scope.get("state", {}).get("request_id", ""))


async def send_refusal(scope: Scope, send: Send, refusal: Refusal) -> None:
    """Answers without reading a byte of the body, and hangs up after it so that nobody has to."""
    answer = render(scope, refusal)
    headers = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), "Connection": "close"}
    headers |= answer.headers
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    body = b"" if scope.get("method") == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
