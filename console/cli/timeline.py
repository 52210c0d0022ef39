"""`signalbox timeline`: everything that happened to the messages of one encounter."""

from __future__ import annotations

import argparse
from typing import Any

from console.cli.engine_access import add_engine_options, ask, print_json
from console.cli.text import clean, clock, day_of, error_line, local, milliseconds, person, state_word, table

_LOOPS = {
    "waiting": "waiting",
    "preliminary": "preliminary",
    "resulted": "resulted",
    "cancelled": "cancelled",
    "stopped": "! stopped",
    "late": "! late",
    "missing": "! missing",
    "unordered": "result without order",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "encounter",
        metavar="ENCOUNTER",
        help="visit number or encounter id; unassigned:PATIENT_ID for a patient's messages without a visit",
    )
    add_engine_options(parser)


def run(arguments: argparse.Namespace) -> int:
    body = ask(arguments, lambda source: source.timeline(arguments.encounter))
    if arguments.json:
        print_json(body)
    else:
        print(describe(body))
    return 0


def describe(body: dict[str, Any]) -> str:
    """The timeline for a person: who and where, orders with their results, messages by time."""
    story = body["timeline"]
    parts = [_header(body)]
    if story["loops"]:
        parts.append("ORDERS AND RESULTS\n" + _loops(story["loops"]))
    if story["entries"]:
        parts.append("MESSAGES\n" + _entries(story["entries"]))
    else:
        parts.append("No messages.")
    parts.append(_footer(story))
    return "\n\n".join(parts)


def _header(body: dict[str, Any]) -> str:
    encounter = body["encounter"]
    visit = encounter.get("visit_number") or "messages without a visit"
    facts = [str(encounter.get(name) or "") for name in ("class", "status", "location", "attending")]
    began, ended = local(encounter.get("started_at"), seconds=False), local(encounter.get("ended_at"), seconds=False)
    span = f"{began} to {ended}" if began and ended else f"since {began}" if began else ""
    lines = [f"Encounter {visit}", person(body.get("patient")), " · ".join(f for f in [*facts, span] if f)]
    return "\n".join(clean(line) for line in lines if line)


def _loops(loops: list[dict[str, Any]]) -> str:
    rows = [
        (
            loop["display"] or loop["code"],
            loop["placer"] or loop["filler"] or loop["accession"],
            local(loop["ordered_at"], seconds=False),
            local(loop["resulted_at"], seconds=False),
            _LOOPS.get(loop["state"], loop["state"]) + (" (abnormal)" if loop["abnormal"] else ""),
            f"due {local(loop['due_at'], seconds=False)}" if loop["due_at"] and not loop["resulted_at"] else "",
        )
        for loop in loops
    ]
    return table(("TEST", "ORDER", "ORDERED", "RESULTED", "STATE", ""), rows)


def _entries(entries: list[dict[str, Any]]) -> str:
    day, rows = "", []
    for entry in entries:
        at = clock(entry["at"], day=day)
        day = day_of(entry["at"])
        rows.append(
            (
                at,
                entry["from"],
                entry["message_type"],
                entry["title"],
                state_word(entry["state"]) + (" (duplicate)" if entry["duplicate_of"] else ""),
                milliseconds(entry["took_ms"]),
                entry["event_id"],
                error_line(entry["error"]),
            )
        )
    return table(("TIME", "FROM", "TYPE", "ABOUT", "STATE", "TOOK", "EVENT", "WHY"), rows, widest=64)


def _footer(story: dict[str, Any]) -> str:
    counts = ", ".join(f"{count} {state_word(state)}" for state, count in story["counts"].items())
    return f"{len(story['entries'])} messages{': ' if counts else ''}{counts}. As of {local(story['now'])}."
