"""`signalbox trace`: one message, hop by hop, with the proof of each."""

from __future__ import annotations

import argparse
from typing import Any

from console.cli.engine_access import add_engine_options, ask, print_json
from console.cli.text import clean, clock, day_of, error_line, local, milliseconds, state_word, table

_EVIDENCE = {
    "observed": "observed",
    "asserted": "asserted by the other side",
    "inferred": "inferred",
    "expected": "expected, not seen",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("event", metavar="EVENT_ID", help="id of the trace, or of any of its events")
    add_engine_options(parser)


def run(arguments: argparse.Namespace) -> int:
    body = ask(arguments, lambda source: source.trace(arguments.event))
    if arguments.json:
        print_json(body)
    else:
        print(describe(body))
    return 0


def describe(body: dict[str, Any]) -> str:
    """The trace for a person."""
    parts = [_header(body), _hops(body["hops"], day_of(body["received_at"]))]
    if body["not_reached"]:
        parts.append(f"Not proven: {', '.join(body['not_reached'])}.")
    return "\n\n".join(parts)


def _header(body: dict[str, Any]) -> str:
    title = " ".join(part for part in (body["message_type"], body["title"]) if part) or "message without a header"
    sides = " to ".join(part for part in (body["sender"], body["receiver"]) if part)
    lines = [
        f"{title}  {state_word(body['state'])}",
        error_line(body["error"]),
        f"{sides}, control id {body['control_id']}" if sides else "",
        f"received {local(body['received_at'])}, last event {local(body['last_at'])}",
        f"trace {body['trace_id']}, event {body['event_id']}",
        f"patient {body['patient_id']}" if body["patient_id"] else "",
        f"encounter {body['encounter_id']}" if body["encounter_id"] else "",
        f"part of batch {body['parent_trace_id']}" if body["parent_trace_id"] else "",
        f"batch of {len(body['children'])} messages" if body.get("children") else "",
        f"sent again {body['duplicates']} times: ignored" if body["duplicates"] else "",
    ]
    return "\n".join(clean(line) for line in lines if line)


def _hops(hops: list[dict[str, Any]], day: str) -> str:
    rows = [
        (
            clock(hop["occurred_at"], day=day),
            hop["hop"],
            hop["label"] + (f" (attempt {hop['attempt']})" if hop["attempt"] > 1 else ""),
            hop["destination"],
            milliseconds(hop["wait_ms"]) if hop["wait_ms"] else "",
            milliseconds(hop["run_ms"]),
            state_word(hop["state"]),
            _EVIDENCE.get(hop["evidence"], hop["evidence"]),
            hop["payload_sha256"][:12],
            error_line(hop["error"]),
        )
        for hop in hops
    ]
    heads = ("TIME", "HOP", "WHAT", "TO", "WAITED", "TOOK", "STATE", "EVIDENCE", "SHA-256", "WHY")
    return table(heads, rows, widest=64)
