"""`signalbox audit`: who looked at what, and whether the log of it is whole."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from console.cli.data_folder import data_folder
from console.cli.engine_access import add_engine_options, ask, print_json
from console.cli.text import local, table
from console.core.errors import EnvironmentFault, Refused


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = commands.add_parser(
        "verify",
        help="read the whole log and name every flaw",
        description="Reads the whole audit log and names every change, gap and cut. Exit code 1 when there is one.",
    )
    verify.add_argument(
        "--offline", action="store_true", help="read the data folder itself, not through the engine (it may be stopped)"
    )
    add_engine_options(verify)
    shown = commands.add_parser("list", help="the newest entries", description="Shows the newest audit entries.")
    shown.add_argument("--patient", default="", metavar="ID", help="only what was seen of this patient")
    shown.add_argument(
        "--limit", type=int, default=50, choices=range(1, 201), metavar="N", help="1 to 200 (default 50)"
    )
    add_engine_options(shown)


def run(arguments: argparse.Namespace) -> int:
    return _verify(arguments) if arguments.action == "verify" else _list(arguments)


def _verify(arguments: argparse.Namespace) -> int:
    if arguments.offline:
        body = verify_folder(data_folder(arguments.data))
    else:
        body = ask(arguments, lambda source: source.audit_verify())
    if arguments.json:
        print_json(body)
    else:
        print(describe(body))
    return 0 if body["intact"] else 1


def verify_folder(folder: Path) -> dict[str, Any]:
    """The answer of /audit/verify, from the files. Raises Refused or EnvironmentFault when they cannot be read."""
    from console.engine.audit_keeping import KEY_FILE, FileAnchor, read_audit_key
    from console.storage.audit_reading import verify_log
    from console.storage.database import open_database

    path = folder / "journal.db"
    if not path.is_file():
        raise EnvironmentFault(
            f"{folder} holds no journal. Name the engine's data folder with --data.", code="no-journal", retryable=False
        )
    key = read_audit_key(folder)
    if key is None:
        raise Refused(f"{folder / KEY_FILE} is gone: without it nothing can be checked.", code="no-audit-key")
    database = open_database(path)
    try:
        found = verify_log(database, key, FileAnchor(folder))
    finally:
        database.close()
    return {
        "intact": found.intact,
        "entries": found.entries,
        "head": found.head,
        "findings": [{"flaw": f.flaw.value, "seq": f.seq, "text": f.text} for f in found.findings],
    }


def describe(body: dict[str, Any]) -> str:
    count = f"{body['entries']} entr{'y' if body['entries'] == 1 else 'ies'}"
    if body["intact"]:
        return f"The audit log is whole: {count}, head {body['head'][:16]}."
    rows = [(finding["seq"] or "", finding["flaw"], finding["text"]) for finding in body["findings"]]
    flaws = table(("ENTRY", "FLAW", "WHAT"), rows, widest=100)
    return f"The audit log is NOT whole: {count} read.\n\n{flaws}"


def _list(arguments: argparse.Namespace) -> int:
    page = ask(arguments, lambda source: source.audit(patient_id=arguments.patient, limit=arguments.limit))
    if arguments.json:
        print_json({"items": list(page.items), "next": page.next or None})
        return 0
    rows = [
        (
            one["seq"],
            local(one["recorded_at"]),
            one["actor"],
            one["action"],
            one["outcome"],
            one["resource"],
            one["patient_id"] or ", ".join(one["detail"].get("patients", [])[:3]),
        )
        for one in page.items
    ]
    print(
        table(("ENTRY", "TIME", "WHO", "DID", "OUTCOME", "WHAT", "PATIENT"), rows, widest=80) if rows else "No entries."
    )
    return 0
