"""`signalbox harness compare`: what changed between two runs, and whether it is more than noise."""

from __future__ import annotations

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", metavar="A", help="report or run folder of the run to compare with")
    parser.add_argument("b", metavar="B", help="report or run folder of the run that is judged")
    parser.add_argument(
        "--tolerance", metavar="SHARE", default="10%", help="what a rate or time may change by (default: 10%%)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON with stable names")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the comparison as one HTML page")


def run(arguments: argparse.Namespace) -> int:
    """0 B is not worse, 1 it is, 3 a report cannot be read."""
    from console.cli.engine_access import print_json
    from console.cli.main import UsageError
    from console.cli.text import clean
    from console.connections.private_file import write_private
    from console.harness.scenario import units
    from console.harness.verdict.compare import compare, shown
    from console.harness.verdict.report import read_report

    text = str(arguments.tolerance)
    try:
        tolerance = units.ratio(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as error:
        raise UsageError(f"--tolerance cannot be {text!r}; write 10% or 0.1") from error
    a, b = (read_report(Path(path).expanduser()) for path in (arguments.a, arguments.b))
    found = compare(a, b, tolerance=tolerance)
    if arguments.html is not None:
        from console.harness.verdict.compare_html import html

        write_private(arguments.html, html(found, a, b))
    if arguments.json:
        print_json(found.as_json())
        return 1 if found.worse else 0
    print(f"A  {clean(found.a)}\nB  {clean(found.b)}\n{clean(found.content)}")
    for note in found.notes:
        print(f"note: {clean(note)}")
    names = max(len(row.name) for row in found.rows)
    for row in found.rows:
        ratio = f"x{row.ratio:.2f}" if row.ratio is not None else ""
        span = f"[{row.low:.2f}, {row.high:.2f}]" if row.low is not None and row.high is not None else ""
        values = f"{shown(row, row.a):>12}  {shown(row, row.b):>12}  {ratio:>7} {span:<14}"
        print(clean(f"{row.name:<{names}}  {values} {row.change.value:<8} {row.note}".rstrip()))
    print("B is worse" if found.worse else "B is not worse")
    return 1 if found.worse else 0
