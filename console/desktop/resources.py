"""Where the bundled files are: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import console


@cache
def resource_folder() -> Path:
    """The folder that holds icons, fonts, themes, translations and docs. Raises FileNotFoundError without one."""
    package = Path(console.__file__).parent
    for folder in (package / "_resources", package.parent / "resources"):
        if (folder / "themes" / "tokens.json").is_file():
            return folder
    raise FileNotFoundError("the resources folder is missing: reinstall Signalbox")


def resource(*parts: str) -> Path:
    """The path of one bundled file, e.g. `resource("icons", "search.svg")`."""
    return resource_folder().joinpath(*parts)
