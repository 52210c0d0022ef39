#!/bin/sh
# Makes the virtual environment named by $1 and installs Signalbox with its test tools into it. Repeatable; needs no root.
set -eu
venv=${1:-.venv}
cd "$(dirname "$0")/.."

python=""
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "signalbox: Python 3.11 or newer was not found. Install it (Debian, Ubuntu: apt install python3 python3-venv) or name it with PYTHON=..." >&2
    exit 3
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "signalbox: this Python cannot make virtual environments. Debian, Ubuntu: apt install python3-venv" >&2
    exit 3
fi

if [ ! -x "$venv/bin/python" ]; then
    echo "signalbox: making $venv with $("$python" --version)"
    "$python" -m venv "$venv"
fi
echo "signalbox: installing the packages (a few minutes the first time, about 700 MB with Qt)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable . --group dev
echo "signalbox: ready: $venv/bin/signalbox"
