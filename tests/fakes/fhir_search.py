"""A FHIR R4 server that answers searches by identifier, as an httpx transport: pages, includes, busy answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

Body = dict[str, Any]


@dataclass
class FhirSearch:
    """`page`: resources a page; `busy`: answers given instead, one a request; `brings` False leaves includes out."""

    resources: dict[str, Body] = field(default_factory=dict)
    page: int = 1000
    busy: deque[httpx.Response] = field(default_factory=deque)
    brings: bool = True
    asked: list[str] = field(default_factory=list)
    own_name: str = "http://fhir.internal:9999/fhir"

    def put(self, body: Body) -> Body:
        self.resources[f"{body['resourceType']}/{body['id']}"] = body
        return body

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.busy:
            return self.busy.popleft()
        parts = urlsplit(str(request.url))
        kind = parts.path.rpartition("/")[2]
        pairs = parse_qsl(parts.query)
        wanted = dict(pairs)
        found = [body for body in self.resources.values() if body["resourceType"] == kind and _meets(body, wanted)]
        first = int(wanted.get("_offset", 0))
        shown = found[first : first + self.page]
        entries = [{"resource": body, "search": {"mode": "match"}} for body in shown]
        if self.brings:
            entries += [{"resource": body, "search": {"mode": "include"}} for body in self._along(shown, pairs)]
        links = []
        if first + self.page < len(found):
            query = parts.query.replace(f"&_offset={first}", "")
            links.append({"relation": "next", "url": f"{self.own_name}/{kind}?{query}&_offset={first + self.page}"})
        return httpx.Response(
            200, json={"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links}
        )

    def _along(self, shown: list[Body], pairs: list[tuple[str, str]]) -> list[Body]:
        places = dict.fromkeys(
            reference["reference"]
            for body in shown
            for name, value in pairs
            if name == "_include"
            for reference in _references(body, value.partition(":")[2])
        )
        found = [self.resources[place] for place in places if place in self.resources]
        back = [value.split(":") for name, value in pairs if name == "_revinclude"]
        for kind, parameter in back:
            mine = {f"{body['resourceType']}/{body['id']}" for body in shown}
            found += [
                body
                for body in self.resources.values()
                if body["resourceType"] == kind
                and any(one["reference"] in mine for one in _references(body, parameter))
            ]
        return found


def _references(body: Body, parameter: str) -> list[Body]:
    name = {"based-on": "basedOn"}.get(parameter, parameter)
    value = body.get(name) or []
    return value if isinstance(value, list) else [value]


def _meets(body: Body, wanted: dict[str, str]) -> bool:
    if "_id" in wanted and body["id"] not in wanted["_id"].split(","):
        return False
    if "identifier" in wanted:
        asked = {one.rpartition("|")[2].replace("\\,", ",") for one in _values(wanted["identifier"])}
        return any(one.get("value") in asked for one in body.get("identifier", ()))
    return True


def _values(text: str) -> list[str]:
    return [one.replace("\0", "\\,") for one in text.replace("\\,", "\0").split(",")]
