"""Which data folder is meant: `--data`, else SIGNALBOX_DATA, else the platform's own place."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

VARIABLE = "SIGNALBOX_DATA"


def data_folder(option: str | None) -> Path:
    """The folder, absolute; it need not exist."""
    named = option or os.environ.get(VARIABLE)
    return Path(named).expanduser().absolute() if named else user_data_path("signalbox", appauthor=False)
