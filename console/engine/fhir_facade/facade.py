"""The facade as an ASGI application: what is asked, by which interaction, answered from one snapshot of the store.

hl7.org/fhir/R4/http.html. Everything that would write is refused: Signalbox is the only writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import urlencode

import orjson
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from console.core.errors import SignalboxError
from console.engine.api.addresses import FHIR
from console.engine.api.auditing import AccessNote, note_of
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.refusals import Refusal, failure, refusal_of, render
from console.engine.api.services import Services, reading
from console.engine.fhir_facade import audit_events, bundles, everything, searching
from console.engine.fhir_facade.bundles import Entry
from console.engine.fhir_facade.capability import capability_statement
from console.engine.fhir_facade.exchange import Answer, Asked, native_answer, read_request, resource_answer, send_answer
from console.engine.fhir_facade.query import COUNT, Query, read_query
from console.engine.fhir_facade.values import date
from console.fhir.search_parameters import PARAMETERS
from console.storage import fhir_store
from console.storage.event_reading import event_by_id
from console.storage.fhir_store import Version

_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_PATIENT = re.compile(rb'"reference":"Patient/([A-Za-z0-9.\-]{1,64})"')
_EVERYTHING = ("Patient", "Encounter")
_VERSION = re.compile(r"[0-9]{1,18}")

Work = Callable[[Connection, AccessNote], Answer]


class FhirFacade:
    """Answers GET and HEAD below /fhir, and POST of `_search`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked: Asked | None = None
        try:
            asked = await read_request(scope, receive)
            answer = await self._answer(scope, asked)
        except SignalboxError as error:
            answer = _refused(scope, refusal_of(error))
        except Exception:
            made = _refused(scope, failure())
            await send_answer(scope, send, asked, made)
            raise
        await send_answer(scope, send, asked, answer)

    async def _answer(self, scope: Scope, asked: Asked) -> Answer:
        route, ids, work = self._route(asked)
        scope["state"]["route"], scope["path_params"] = route, ids
        note = note_of(scope)
        pending = scope["state"]["work"]

        def run() -> Answer:
            with reading(self._services.database, pending) as connection:
                return work(connection, note)

        return await run_in_threadpool(run)

    def _route(self, asked: Asked) -> tuple[str, dict[str, str], Work]:
        """The route's template, what is in it, and what to do. Raises Refusal 404, 405."""
        _check_method(asked)
        match asked.segments:
            case ("metadata",):
                return f"{FHIR}/metadata", {}, lambda _c, _n: self._metadata(asked)
            case ("_history",):
                return f"{FHIR}/_history", {}, lambda c, n: self._history(c, n, asked, "", "")
            case (kind,) | (kind, "_search") if kind in PARAMETERS:
                return f"{FHIR}/{{type}}", {"type": kind}, lambda c, n: self._search(c, n, asked, kind)
            case (kind, "_history") if kind in PARAMETERS:
                return f"{FHIR}/{{type}}/_history", {"type": kind}, lambda c, n: self._history(c, n, asked, kind, "")
            case (kind, identity) if kind in PARAMETERS and _ID.fullmatch(identity):
                ids = {"type": kind, "id": identity}
                return f"{FHIR}/{{type}}/{{id}}", ids, lambda c, n: self._read(c, n, asked, kind, identity)
            case (kind, identity, "_history") if kind in PARAMETERS and _ID.fullmatch(identity):
                ids = {"type": kind, "id": identity}
                return (
                    f"{FHIR}/{{type}}/{{id}}/_history",
                    ids,
                    lambda c, n: self._history(c, n, asked, kind, identity),
                )
            case (kind, identity, "_history", version) if kind in PARAMETERS and _ID.fullmatch(identity):
                ids = {"type": kind, "id": identity, "version": version}
                return (
                    f"{FHIR}/{{type}}/{{id}}/_history/{{version}}",
                    ids,
                    lambda c, n: self._version(c, n, asked, kind, identity, version),
                )
            case (kind, identity, "$everything") if kind in _EVERYTHING and _ID.fullmatch(identity):
                ids = {"type": kind, "id": identity}
                return (
                    f"{FHIR}/{{type}}/{{id}}/$everything",
                    ids,
                    lambda c, n: self._everything(c, n, asked, kind, identity),
                )
        raise Refusal(
            404, "no-such-route", "There is nothing at this address.", "See /fhir/metadata for what there is."
        )

    # ------------------------------------------------------------ one resource

    def _metadata(self, asked: Asked) -> Answer:
        return Answer(orjson.dumps(capability_statement(asked.base, self._services.version)))

    def _read(self, connection: Connection, note: AccessNote, asked: Asked, kind: str, identity: str) -> Answer:
        if kind == "AuditEvent":
            entry = audit_events.read(connection, identity)
            if entry is None:
                raise _nothing(kind)
            _saw(note, [entry])
            return Answer(entry.body, headers={"ETag": 'W/"1"'})
        return self._given(connection, note, asked, kind, fhir_store.read(connection, kind, identity))

    def _version(
        self, connection: Connection, note: AccessNote, asked: Asked, kind: str, identity: str, version: str
    ) -> Answer:
        stored = (
            fhir_store.read_version(connection, kind, identity, int(version)) if _VERSION.fullmatch(version) else None
        )
        return self._given(connection, note, asked, kind, stored)

    def _given(
        self, connection: Connection, note: AccessNote, asked: Asked, kind: str, stored: Version | None
    ) -> Answer:
        if stored is None:
            raise _nothing(kind)
        _saw(note, [Entry(kind, stored.id, stored.body)])
        if kind == "Binary":  # it names nobody: whose it is stands with the message it came in
            event = event_by_id(connection, stored.event_id)
            note.saw_traces(connection, [event.trace_id] if event else [])
        if asked.native:
            return native_answer(stored.body, stored.version)
        elements = next((value for name, value in asked.pairs if name == "_elements"), "")
        body = bundles.only_elements(stored.body, elements.split(",")) if elements else stored.body
        return resource_answer(asked, body, stored.version, stored.last_updated)

    # ------------------------------------------------------------ many

    def _search(self, connection: Connection, note: AccessNote, asked: Asked, kind: str) -> Answer:
        note.action = "search"
        query = read_query(kind, asked.pairs, base=asked.base, now=self._services.clock(), strict=asked.strict)
        if kind == "AuditEvent":
            return self._search_audit(connection, note, asked, query)
        question = ("fhir", kind, query.used)
        shape = [int if sort.by != "_id" else str for sort in query.order] + [int]
        behind = read_cursor(query.page, question, shape) if query.page else None
        page = searching.run(connection, query, behind=behind)
        following = make_cursor(question, page.behind) if page.behind is not None else ""
        return self._searchset(note, asked, query, page.entries, page.total, following)

    def _search_audit(self, connection: Connection, note: AccessNote, asked: Asked, query: Query) -> Answer:
        left = [
            n for n, _ in query.used if not n.startswith("_") and n.partition(":")[0] not in audit_events.SEARCHED_BY
        ]
        if left:
            raise Refusal(
                400, "invalid-search", f"Audit events are not searched by {left[0]} here.", "See /fhir/metadata."
            )
        question = ("fhir", "AuditEvent", query.used)
        behind = int(read_cursor(query.page, question, (int,))[0]) if query.page else None
        if query.only_count:
            return self._searchset(note, asked, query, [], audit_events.count(connection, query), "")
        page = audit_events.search(connection, query, behind=behind)
        following = make_cursor(question, [page.behind]) if page.behind is not None else ""
        total = audit_events.count(connection, query) if query.total == "accurate" else None
        return self._searchset(note, asked, query, page.entries, total, following)

    def _searchset(
        self, note: AccessNote, asked: Asked, query: Query, entries: list[Entry], total: int | None, following: str
    ) -> Answer:
        _saw(note, entries)
        if query.elements:
            entries = [
                Entry(e.type, e.id, bundles.only_elements(e.body, query.elements), e.mode) if e.mode == "match" else e
                for e in entries
            ]
        address = f"{asked.base}/{query.type}"
        links = [("self", _url(address, query.used))]
        if following:
            links.append(("next", _url(address, [*query.used, ("_page", following)])))
        return Answer(
            bundles.searchset(
                asked.base, entries, links, total=total, at=self._services.clock(), identity=self._services.new_id()
            )
        )

    def _history(self, connection: Connection, note: AccessNote, asked: Asked, kind: str, identity: str) -> Answer:
        if kind == "AuditEvent":
            raise Refusal(
                405, "no-history", "Audit events have no history: they never change.", "Read them as they are."
            )
        count, since, page, used = self._history_parameters(asked)
        question = ("history", kind, identity, used)
        if page:
            up_to, offset = (int(part) for part in read_cursor(page, question, (int, int)))
        else:
            up_to, offset = fhir_store.last_number(connection), 0
        versions = fhir_store.history(
            connection, kind, identity, since=since, up_to=up_to, limit=count + 1, offset=max(offset, 0)
        )
        if identity and not versions and not offset and fhir_store.read(connection, kind, identity) is None:
            raise _nothing(kind)
        shown = versions[:count]
        _saw(note, (Entry(one.type, one.id, one.body) for one in shown))
        address = "/".join(part for part in (asked.base, kind, identity, "_history") if part)
        links = [("self", _url(address, used))]
        if len(versions) > count:
            following = make_cursor(question, (up_to, offset + count))
            links.append(("next", _url(address, [*used, ("_page", following)])))
        total = offset + len(shown) if len(versions) <= count else None
        return Answer(
            bundles.history(
                asked.base, shown, links, total=total, at=self._services.clock(), identity=self._services.new_id()
            )
        )

    def _history_parameters(self, asked: Asked) -> tuple[int, int, str, list[tuple[str, str]]]:
        count, since, page, used = COUNT, 0, "", []
        for name, text in asked.pairs:
            if name == "_count":
                count = max(
                    read_query("Patient", [(name, text)], base="", now=self._services.clock(), strict=True).count, 1
                )
            elif name == "_since":
                since = date(name, text, self._services.clock()).low
            elif name == "_page":
                page = text
                continue
            elif name in ("_format", "_pretty"):
                continue
            elif asked.strict:
                raise Refusal(
                    400, "invalid-search", f"{name[:60]} is no parameter of a history.", "Use _count and _since."
                )
            else:
                continue
            used.append((name, text))
        return count, since, page, used

    def _everything(self, connection: Connection, note: AccessNote, asked: Asked, kind: str, identity: str) -> Answer:
        note.action = "search"
        stored = fhir_store.read(connection, kind, identity)
        if stored is None:
            raise _nothing(kind)
        types = tuple(t for n, v in asked.pairs if n == "_type" for t in v.split(",") if t)
        unknown = [one for one in types if one not in PARAMETERS]
        if unknown:
            raise Refusal(400, "invalid-search", f"{unknown[0][:40]} is no resource type here.", "See /fhir/metadata.")
        others = [(n, v) for n, v in asked.pairs if n != "_type"]
        count, since, page, used = self._history_parameters(_with(asked, others))
        used = [*used, *([("_type", ",".join(types))] if types else [])]
        question = ("everything", kind, identity, used)
        behind = int(read_cursor(page, question, (int,))[0]) if page else None
        found = everything.compartment(
            connection, Entry(kind, identity, stored.body), since=since, types=types, behind=behind, limit=count
        )
        _saw(note, found.entries)
        address = f"{asked.base}/{kind}/{identity}/$everything"
        links = [("self", _url(address, used))]
        if found.behind is not None:
            links.append(("next", _url(address, [*used, ("_page", make_cursor(question, [found.behind]))])))
        return Answer(
            bundles.searchset(
                asked.base,
                found.entries,
                links,
                total=found.total,
                at=self._services.clock(),
                identity=self._services.new_id(),
            )
        )


def _check_method(asked: Asked) -> None:
    searching_by_post = asked.method == "POST" and len(asked.segments) == 2 and asked.segments[1] == "_search"
    if asked.method in ("GET", "HEAD") and asked.segments[-1:] != ("_search",):
        return
    if not searching_by_post:
        allowed = "POST" if asked.segments[-1:] == ("_search",) else "GET, HEAD"
        raise Refusal(
            405,
            "read-only",
            "Signalbox is the only writer of this store.",
            "Send HL7 v2 to the engine; here resources are only read and searched.",
            headers={"Allow": allowed},
        )


def _with(asked: Asked, pairs: list[tuple[str, str]]) -> Asked:
    return replace(asked, pairs=tuple(pairs))


def _url(address: str, pairs: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(pairs))
    return f"{address}?{query}" if query else address


def _nothing(kind: str) -> Refusal:
    return Refusal(
        404, "not-found", f"There is no {kind} with this id (or version).", "Search for it by its identifier."
    )


def _saw(note: AccessNote, entries: Iterable[Entry]) -> None:
    """Notes whose data goes out: every patient a resource is or refers to."""
    for entry in entries:
        if entry.mode == "outcome":
            continue
        note.saw(objects=[f"{entry.type}/{entry.id}"])
        if entry.type == "Patient":
            note.saw([entry.id])
        note.saw(found.decode() for found in _PATIENT.findall(entry.body))


def _refused(scope: Scope, refusal: Refusal) -> Answer:
    made = render(scope, refusal)
    return Answer(made.body, made.status, made.headers)
