"""`signalbox harness verify`: check again, from a run's report and ledger, what became of everything it sent."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.data_folder import data_folder

if TYPE_CHECKING:
    from console.harness.load.run_folder import RunFolder
    from console.harness.verdict.sources.opening import Whom
    from console.harness.verdict.verification import Progress, Verification


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="REPORT.json|RUN_FOLDER", help="the report of a run, or its folder")
    whom = parser.add_mutually_exclusive_group()
    whom.add_argument("--engine", metavar="URL", help="ask a Signalbox engine")
    whom.add_argument("--fhir", metavar="URL", help="ask a FHIR R4 server")
    whom.add_argument("--mirth", metavar="URL", help="ask a Mirth Connect server")
    whom.add_argument("--capture", metavar="DIR", type=Path, help="look into what a listener captured")
    parser.add_argument("--user", metavar="NAME", help="user at the server (Mirth: default admin)")
    parser.add_argument("--token-env", metavar="VARIABLE", help="environment variable with the token or password")
    parser.add_argument(
        "--option", metavar="NAME=VALUE", action="append", default=[], help="as in [verification.options]; repeatable"
    )
    parser.add_argument("--settle", metavar="T", help="how long to wait for what is missing, e.g. 30s")
    parser.add_argument("--json", action="store_true", help="print the verification as JSON")
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the report with this verification in it")
    parser.add_argument("--html", metavar="FILE", type=Path, help="the same as one HTML page")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="the same as JUnit XML")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the ledger, a line a message")
    parser.add_argument("--data", metavar="DIR", help="data folder, for the engine's address and token")


def run(arguments: argparse.Namespace) -> int:
    """0 nothing wrong, 1 something is, 3 nobody to ask or nothing to check with."""
    from console.core.errors import Refused
    from console.harness.load.plan import read_plan
    from console.harness.verdict.checks_after import checks_after
    from console.harness.verdict.sources.opening import open_source
    from console.harness.verdict.verification import verify_now

    folder, report = _run_of(Path(arguments.what).expanduser())
    plan = read_plan(folder)
    if arguments.csv is not None:
        from console.harness.verdict.ledger_csv import write_csv

        count = write_csv(folder, plan, arguments.csv)
        _say(arguments, f"{count:,} messages written to {arguments.csv}")
    source = open_source(folder, plan, _whom(arguments), data=data_folder(arguments.data))
    if source is None:
        if arguments.csv is not None:
            return 0
        raise Refused(
            "Nobody to ask: the scenario names no receiver. Name one with --engine, --fhir, --mirth or --capture.",
            code="nobody-to-ask",
        )
    verification = verify_now(folder, source=source, settle=_settle(arguments), progress=_teller(arguments))
    checks = checks_after(verification, plan.scenario.thresholds)
    if report is not None:
        _write(arguments, report, verification, checks)
    elif arguments.report or arguments.html or arguments.junit:
        raise Refused(f"{folder.path} has no report yet: the run did not end. It was only checked.", code="no-report")
    if arguments.json:
        _print_json(verification, checks)
    else:
        _print(verification, checks)
    return 1 if any(check.state == "fail" for check in checks) else 0


def _run_of(path: Path) -> tuple[RunFolder, dict[str, Any] | None]:
    """The run's folder and its report, None when there is none. Raises Refused when the ledger is gone."""
    from console.core.errors import Refused
    from console.harness.load.run_folder import RunFolder
    from console.harness.verdict.report import read_report

    report: dict[str, Any] | None
    if path.is_dir():
        folder = RunFolder(path.absolute())
        try:
            report = read_report(path)
        except Refused as refused:
            if refused.code != "no-report":
                raise
            report = None
    else:
        report = read_report(path)
        named = Path(str(report["folder"]))
        folder = RunFolder(named if named.is_dir() else path.absolute().parent)
    if not folder.plan.is_file() or not folder.ledger(0).is_file():
        where = str(report["folder"]) if report is not None else str(folder.path)
        raise Refused(
            f"The ledger of this run is gone: {where} has no plan.json and ledger-0.bin. What was sent is known from "
            "them alone; copy the run's folder here, or make the run again.",
            code="no-ledger",
        )
    return folder, report


def _whom(arguments: argparse.Namespace) -> Whom:
    from console.cli.main import UsageError
    from console.harness.verdict.sources.opening import Whom

    options: dict[str, str] = {}
    for text in arguments.option:
        name, sign, value = str(text).partition("=")
        if not sign or not name:
            raise UsageError(f"--option {text!r} must be NAME=VALUE. See signalbox harness verify --help")
        options[name.strip()] = value.strip()
    kinds = (
        ("signalbox", arguments.engine),
        ("fhir", arguments.fhir),
        ("mirth", arguments.mirth),
        ("listener", arguments.capture),
    )
    kind, value = next(((kind, value) for kind, value in kinds if value), ("", ""))
    return Whom(
        kind=kind,
        url="" if kind == "listener" else str(value or ""),
        capture=arguments.capture,
        user=arguments.user or "",
        token_env=arguments.token_env or "",
        options=options,
    )


def _settle(arguments: argparse.Namespace) -> float | None:
    from console.cli.main import UsageError
    from console.harness.scenario import units

    if arguments.settle is None:
        return None
    text = str(arguments.settle)
    try:
        return units.duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as error:
        raise UsageError(f"--settle cannot be {text!r}. See signalbox harness verify --help") from error


def _teller(arguments: argparse.Namespace) -> Any:
    """Progress on stderr, for people: a line whenever the step changes, and now and then within it."""
    if arguments.json or not sys.stderr.isatty():
        return None
    last = ""

    def tell(progress: Progress) -> None:
        nonlocal last
        if progress.text != last:
            last = progress.text
            print(f"\r\x1b[K{last}", end="" if progress.done < progress.total else "\n", file=sys.stderr, flush=True)

    return tell


def _write(arguments: argparse.Namespace, report: dict[str, Any], verification: Verification, checks: Any) -> None:
    from console.harness.verdict.report import with_verification, write_reports

    if not (arguments.report or arguments.html or arguments.junit):
        return
    made = with_verification(report, verification, checks)
    write_reports(
        made,
        json_to=[arguments.report] if arguments.report else (),
        html_to=[arguments.html] if arguments.html else (),
        junit_to=[arguments.junit] if arguments.junit else (),
    )


def _print_json(verification: Verification, checks: Any) -> None:
    from dataclasses import asdict

    from console.cli.engine_access import print_json
    from console.harness.verdict.report import verification_part

    print_json({"verification": verification_part(verification), "checks": [asdict(check) for check in checks]})


def _say(arguments: argparse.Namespace, text: str) -> None:
    if not arguments.json:
        print(text)


_MARKS = {"pass": "ok  ", "fail": "FAIL", "unknown": "?   ", "running": "... "}
_SHOWN = 20


def _print(verification: Verification, checks: Any) -> None:
    from console.cli.text import clean
    from console.harness.verdict.buckets import BAD

    print(
        f"{verification.findings.results:,} results of {verification.rows:,} messages against "
        f"{verification.findings.records:,} records at {clean(verification.source)}, in {verification.took_s:.1f} s"
    )
    for check in checks:
        print(f"  {_MARKS.get(check.state, check.state)}  {clean(check.title)}: {clean(check.detail)}")
    shown = 0
    for bucket, offenders in verification.findings.offenders.items():
        for one in offenders if bucket in BAD else ():
            if shown == _SHOWN:
                print("  more with --json, or in the report")
                return
            shown += 1
            words = [
                f"{bucket.value.replace('_', ' ')}: {'/'.join(part for part in one.key if part) or one.control_id}",
                f"row {one.row} ({one.control_id}, {one.answer or one.outcome})" if one.row >= 0 else "",
                f"expected {one.expected}" if one.expected else "",
                f"found {one.found}" if one.found else "",
                f"patient {one.patient}" if one.patient else "",
                f"filed under {one.found_patient}" if one.found_patient and one.found_patient != one.patient else "",
                one.where,
                one.note,
            ]
            print("  - " + clean("; ".join(word for word in words if word)))
