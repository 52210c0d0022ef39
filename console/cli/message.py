"""`signalbox message`: a message as it arrived, as a tree of named fields, or as the FHIR it became."""

from __future__ import annotations

import argparse
import base64
import sys
from collections.abc import Iterator
from typing import Any

from console.cli.engine_access import add_engine_options, ask, print_json
from console.cli.text import clean, width
from console.connections.source import Payload
from console.core.json_text import indented


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("event", metavar="EVENT_ID", help="id of the trace, or of any of its events")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--raw", action="store_true", help="the bytes exactly as received")
    form.add_argument("--tree", action="store_true", help="fields with their names")
    form.add_argument("--fhir", action="store_true", help="the resources it became")
    add_engine_options(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.tree:
        _show(arguments, ask(arguments, lambda source: source.message_tree(arguments.event)), describe_tree)
    elif arguments.fhir:
        _show(arguments, ask(arguments, lambda source: source.message_fhir(arguments.event)), describe_fhir)
    else:
        payload = ask(arguments, lambda source: source.message_raw(arguments.event))
        if arguments.json:
            print_json(payload_json(payload))
        elif arguments.raw and not sys.stdout.isatty():
            sys.stdout.flush()
            sys.stdout.buffer.write(payload.data)
        else:
            print(describe_raw(payload.text))
    return 0


def _show(arguments: argparse.Namespace, body: dict[str, Any], describe: Any) -> None:
    if arguments.json:
        print_json(body)
    else:
        print(describe(body))


def payload_json(payload: Payload) -> dict[str, Any]:
    return {
        "text": payload.text,
        "base64": base64.b64encode(payload.data).decode(),
        "charset": payload.charset,
        "sha256": payload.sha256,
    }


def describe_raw(text: str) -> str:
    """A segment per line; on a terminal the bytes themselves might be obeyed."""
    lines = text.replace("\r\n", "\r").replace("\n", "\r").split("\r")
    return "\n".join(clean(line) for line in lines if line)


def describe_tree(body: dict[str, Any]) -> str:
    lines = list(_lines(body["segments"], 0))
    widest = min(max((width(place) for place, _ in lines), default=0), 60)
    told = [f"{place}{' ' * max(widest - width(place), 0)}  {value}".rstrip() for place, value in lines]
    warnings = [f"! {warning['path']}: {warning['text']} ({warning['code']})" for warning in body.get("warnings", ())]
    return "\n".join([*told, *(clean(line) for line in warnings)])


def _lines(nodes: list[dict[str, Any]], depth: int) -> Iterator[tuple[str, str]]:
    for node in nodes:
        name = clean(" ".join(part for part in (node["path"], node["name"]) if part))
        meaning = f"  ({node['meaning']})" if node.get("meaning") else ""
        value = "" if node["children"] else clean(str(node["value"]).replace("\r", " ").replace("\n", " "))
        yield "  " * depth + name, value + clean(meaning)
        yield from _lines(node["children"], depth + 1)


def describe_fhir(body: dict[str, Any]) -> str:
    parts = []
    for one in body["resources"]:
        content = indented(one["text"]) if one["text"] else "(not in the store yet)"
        parts.append(f"{one['type']}/{one['id']} version {one['version']} {one['action']}\n{content}")
    for one in body["bundles"]:
        parts.append(f"Waiting for {one['destination']}: bundle {one['sha256'][:12]}, {one['state']}")
    if body.get("unmapped"):
        parts.append("Without a map: " + ", ".join(str(one) for one in body["unmapped"]))
    return "\n\n".join("\n".join(clean(line) for line in part.split("\n")) for part in parts) or "No FHIR came of it."
