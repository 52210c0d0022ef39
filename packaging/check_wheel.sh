#!/usr/bin/env bash
# Builds the wheel, installs it alone into a fresh environment and lets it prove itself.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work" .
.venv/bin/python -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$work"/*.whl
cd "$work"
"$work/venv/bin/signalbox" --version
"$work/venv/bin/signalbox" doctor --selftest
QT_QPA_PLATFORM=offscreen "$work/venv/bin/signalbox" desktop --page settings --screenshot "$work/settings.png"
test -s "$work/settings.png"
echo "packaging: ok"
