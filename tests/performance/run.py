"""Runs every benchmark and prints its figures: `python tests/performance/run.py [--quick] [NAME ...]`.

Each runs in a process of its own, after the other, so that none disturbs another. Figures never gate: a benchmark
fails the run only when it cannot be run at all. `--quick` uses small data and short loads; the figures in the notes
come from full runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUICK = {
    "bench_content": ["--quick"],
    "bench_listener": ["--rounds", "1", "--seconds", "0.5"],
    "bench_reconcile": ["--results", "5000"],
    "bench_intake": ["--seconds", "1", "--repeat", "1"],
    "bench_key_index": ["--messages", "50000"],
    "bench_timeline": ["--events", "100000", "--frames", "100"],
    "bench_desktop": ["--quick"],
    "bench_harness_desktop": ["--quick"],
    "bench_harness_load": ["--quick"],
    "bench_road": ["--quick"],
    "bench_queries": ["--quick"],
    "bench_mapping": ["--quick"],
}


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    named = [a for a in arguments if not a.startswith("-")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    failed = []
    for path in sorted(HERE.rglob("bench_*.py")):
        if named and path.stem not in named:
            continue
        print(f"\n== {path.stem}", flush=True)
        options = QUICK.get(path.stem, []) if quick else []
        ran = subprocess.run([sys.executable, str(path), *options], cwd=ROOT, env=environment, check=False)
        if ran.returncode:
            failed.append(path.stem)
    print(f"\nbenchmarks that could not be run: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
