"""`signalbox harness scenarios`: list, show, check and export scenarios; print the schema of their files."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.engine_access import print_json
from console.cli.text import clean
from console.core.errors import EnvironmentFault, Refused

if TYPE_CHECKING:
    from console.harness.scenario.model import Scenario
    from console.harness.scenario.problems import Problem

_USAGE = 2


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of scenario files")
    parser.add_argument("--json", action="store_true", help="print JSON with stable names")
    actions = parser.add_subparsers(dest="doing", metavar="DO")
    listing = actions.add_parser("list", help="the scenarios that ship with Signalbox (what `scenarios` alone does)")
    listing.add_argument("folders", nargs="*", metavar="DIR", help="folders with scenarios of your own, listed too")
    show = actions.add_parser("show", help="one scenario: what it plans, or its file")
    show.add_argument("name", metavar="NAME", help="the name of a shipped scenario, or a file")
    show.add_argument("--file", action="store_true", help="print the file itself")
    check = actions.add_parser("check", help="everything that is wrong with a file, with line and column")
    check.add_argument("file", metavar="FILE", help="a scenario file, or the name of a shipped scenario")
    export = actions.add_parser("export", help="copy a shipped scenario, and the scripts it uses, to change it")
    export.add_argument("name", metavar="NAME", help="the name of a shipped scenario")
    export.add_argument("folder", metavar="DIR", help="where to; made when missing")
    for action in (listing, show, check, export):
        action.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON with stable names"
        )


def run(arguments: argparse.Namespace) -> int:
    """0; 1 when there is no such scenario; 2 when a file has problems."""
    if arguments.schema:
        from console.harness.scenario.schema import scenario_schema, written

        sys.stdout.write(written(scenario_schema()))
        return 0
    match arguments.doing:
        case "show":
            return _show(arguments)
        case "check":
            return _check(arguments)
        case "export":
            return _export(arguments)
        case _:
            return _list(arguments)


def _list(arguments: argparse.Namespace) -> int:
    """A file of one's own that cannot be read is listed with what is wrong; the others are not held up by it."""
    from console.harness.scenario.problems import ScenarioError
    from console.harness.scenario.reading import read_scenario
    from console.harness.scenario.shipped import shipped_scenarios

    files = [(shipped.path, True) for shipped in shipped_scenarios()]
    for folder in getattr(arguments, "folders", []):
        if not Path(folder).is_dir():
            raise Refused(f"There is no folder {folder}.", code="not-found")
        files += [(path, False) for path in sorted(Path(folder).glob("*.toml"))]
    rows: list[dict[str, Any]] = []
    for path, shipped in files:
        try:
            rows.append({**as_json(read_scenario(path), path), "shipped": shipped, "problems": []})
        except ScenarioError as error:
            problems = [problem_json(problem) for problem in error.problems]
            rows.append({"name": path.stem, "title": path.stem, "path": str(path), "shipped": shipped})
            rows[-1]["problems"] = problems
        except EnvironmentFault as fault:
            problem = {"line": 0, "column": 0, "path": "", "text": fault.text, "suggestion": ""}
            rows.append({"name": path.stem, "title": path.stem, "path": str(path), "shipped": shipped})
            rows[-1]["problems"] = [problem]
    if arguments.json:
        print_json({"scenarios": rows})
    else:
        print("\n".join(_line(row) for row in rows) if rows else "There are no scenarios.")
    return 0


def _line(row: Mapping[str, Any]) -> str:
    if row["problems"]:
        count = _counted(len(row["problems"]))
        return f"{clean(row['name']):<26} {count}: signalbox harness scenarios check {row['path']}"
    return f"{clean(row['name']):<26} {_plan_words(row):<34} {clean(row['title'])}"


def _counted(problems: int) -> str:
    return f"{problems} problem{'' if problems == 1 else 's'}"


def _plan_words(row: Mapping[str, Any]) -> str:
    from console.harness.scenario.units import written_duration

    lasts = written_duration(row["duration_s"]) if row["duration_s"] else "as long as it takes"
    total = f"{row['planned_messages']:,} messages" if row["planned_messages"] else "messages not counted"
    return f"{lasts}, {total}"


def as_json(scenario: Scenario, path: Path) -> dict[str, Any]:
    """A scenario with stable names, as the desktop lists it. `duration_s` and `planned_messages` are 0 where the plan
    does not say; `curve` is [second, messages a second] corners."""
    from console.harness.load.schedule import peak_rate, planned_curve, planned_total, total_duration
    from console.harness.scenario.overrides import fault_shares

    receiver, verification = scenario.receiver, scenario.verification
    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "path": str(path),
        "digest": scenario.digest,
        "model": scenario.load.model.value,
        "duration_s": total_duration(scenario.load),
        "planned_messages": planned_total(scenario.load) or scenario.load.messages,
        "peak_rate": peak_rate(scenario.load),
        "curve": [[round(second, 6), round(rate, 6)] for second, rate in planned_curve(scenario.load)],
        "seed": scenario.seed,
        "targets": [{"address": target.address, "name": target.name} for target in scenario.targets],
        "connections": scenario.connections.count,
        **fault_shares(scenario),
        "faults": sorted({fault.kind.value for fault in scenario.faults}),
        "receiver": {"role": receiver.role, "script": str(receiver.script or "")} if receiver else None,
        "verification": {"source": verification.source, "url": verification.url, "settle_s": verification.settle},
        "thresholds": [threshold.text for threshold in scenario.thresholds],
        "bands": [{"label": band.label, "from_s": band.start, "to_s": band.end} for band in scenario.bands],
        "warnings": list(scenario.warnings),
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "text": problem.text,
        "suggestion": problem.suggestion,
    }


def _show(arguments: argparse.Namespace) -> int:
    from console.harness.scenario.reading import read_scenario
    from console.harness.scenario.shipped import find

    path = find(arguments.name)
    scenario = read_scenario(path)
    if arguments.json:
        print_json({**as_json(scenario, path), "text": scenario.text})
    elif arguments.file:
        sys.stdout.write(scenario.text)
    else:
        print(_describe(as_json(scenario, path)))
    return 0


def _describe(row: Mapping[str, Any]) -> str:
    """A scenario for a person."""
    receiver, verification = row["receiver"], row["verification"]
    own = receiver and receiver["role"] == "target"
    targets = "a receiver of its own" if own else ", ".join(target["address"] for target in row["targets"])
    script = f", script {Path(receiver['script']).name}" if receiver and receiver["script"] else ""
    faults = ", ".join(row["faults"]) or "none"
    lines = [
        clean(row["title"]),
        *(f"  {clean(line)}".rstrip() for line in row["description"].strip().splitlines()),
        "",
        f"  file         {row['path']}",
        f"  load         {row['model']}: {_plan_words(row)}"
        + (f", up to {row['peak_rate']:,.4g} a second" if row["peak_rate"] else ""),
        f"  target       {targets}{script}, {row['connections']} connections",
        f"  faults       {faults}",
        f"  verification {verification['source']}",
        *(f"  {'must hold' if n == 0 else '':<12} {clean(text)}" for n, text in enumerate(row["thresholds"])),
        *(f"  note         {clean(text)}" for text in row["warnings"]),
    ]
    return "\n".join(lines)


def _check(arguments: argparse.Namespace) -> int:
    """Reads the scenario, and makes its first messages: templates and files are looked into as a run would."""
    from console.harness.scenario.problems import ScenarioError
    from console.harness.scenario.shipped import find

    path = find(arguments.file)
    try:
        scenario = _tried(path)
    except ScenarioError as error:
        if arguments.json:
            print_json({"path": str(path), "problems": [problem_json(problem) for problem in error.problems]})
        else:
            print(error.text)
            print(f"{_counted(len(error.problems))} in {path}.", file=sys.stderr)
        return _USAGE
    if arguments.json:
        print_json({**as_json(scenario, path), "problems": []})
    else:
        notes = "".join(f"\nnote: {warning}" for warning in scenario.warnings)
        print(f"{path} is right: {_plan_words(as_json(scenario, path))}.{notes}")
    return 0


def _tried(path: Path) -> Scenario:
    from console.harness.content.making import make_source
    from console.harness.scenario.model import DEFAULT_STARTS
    from console.harness.scenario.problems import Problem, ScenarioError
    from console.harness.scenario.reading import read_scenario

    scenario = read_scenario(path)
    try:
        next(
            iter(make_source(scenario, seed=scenario.seed or 0, starts=scenario.starts or DEFAULT_STARTS).chunks()),
            None,
        )
    except ScenarioError:
        raise
    except Refused as refused:
        raise ScenarioError([Problem(str(path), 1, 1, "content", refused.text)]) from refused
    return scenario


def _export(arguments: argparse.Namespace) -> int:
    """Copies the file and what it names below its own folder; nothing that is there is overwritten."""
    from console.harness.scenario.reading import read_scenario
    from console.harness.scenario.shipped import shipped_scenarios

    found = {shipped.name: shipped.path for shipped in shipped_scenarios()}.get(arguments.name)
    if found is None:
        from console.harness.scenario.shipped import find

        found = find(arguments.name)
    scenario = read_scenario(found)
    folder = Path(arguments.folder).expanduser()
    copied: list[str] = []
    files = (found.absolute(), *_beside(scenario))
    for source in files:
        goal = folder / source.relative_to(scenario.folder)
        if goal.exists():
            raise Refused(f"{goal} is there already. Name another folder, or remove it first.", code="exists")
        copied.append(str(goal))
    try:
        for source, goal_name in zip(files, copied, strict=True):
            goal = Path(goal_name)
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, goal)
    except OSError as error:
        raise EnvironmentFault(
            f"{folder} cannot be written: {error.strerror or error}. Name another folder.",
            code="not-writable",
            retryable=False,
        ) from error
    if arguments.json:
        print_json({"files": copied})
    else:
        print("\n".join(copied))
    return 0


def _beside(scenario: Scenario) -> list[Path]:
    """The files a scenario names that lie below its own folder."""
    named = [part.path for part in scenario.content.mix if part.path is not None]
    if scenario.receiver is not None and scenario.receiver.script is not None:
        named.append(scenario.receiver.script)
    files: list[Path] = []
    for path in named:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        files += [file for file in inside if file.is_relative_to(scenario.folder) and ".." not in file.parts]
    return list(dict.fromkeys(files))
