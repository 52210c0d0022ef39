"""`signalbox desktop`: the window; one picture of a page; or, with no display, the engine and the hospital alone."""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import urlsplit

from console.cli.data_folder import data_folder
from console.cli.main import UsageError
from console.cli.system_libraries import check_qt, check_window_system, display_answers
from console.connections.private_file import private_folder
from console.core.errors import EnvironmentFault


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--demo", action="store_true", help="with the demo hospital on an engine of this computer")
    what.add_argument("--engine", metavar="URL", help="look at the engine at this address")
    what.add_argument("--harness", action="store_true", help="open the harness, without any engine")
    parser.add_argument("--data", metavar="DIR", help="data folder (default: SIGNALBOX_DATA, else the platform's)")
    parser.add_argument(
        "--page", metavar="NAME", help="page or link to open: investigate, timeline, trace, harness, settings"
    )
    parser.add_argument("--theme", choices=("light", "dark"), help="colours for this run")
    parser.add_argument("--language", choices=("en", "es"), help="language for this run")
    parser.add_argument("--scale", type=int, metavar="PERCENT", help="text size for this run, 90 to 200")
    parser.add_argument("--size", metavar="WxH", help="window size in pixels, e.g. 1366x768")
    parser.add_argument("--screenshot", metavar="FILE", help="draw the page with its data into FILE (PNG) and end")


def run(arguments: argparse.Namespace) -> int:
    """Checks what was asked for, then opens the window. Exit 0 when it was closed or the picture was written."""
    size = _size(arguments.size)
    if arguments.scale is not None and not 90 <= arguments.scale <= 200:
        raise UsageError("--scale wants a number from 90 to 200")
    if arguments.engine is not None:
        _check_url(arguments.engine)
    folder = data_folder(arguments.data)
    screenshot = _screenshot(arguments.screenshot)
    if screenshot is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif not display_answers():
        return _without_display(arguments, folder)
    check_qt()
    check_window_system()

    from console.desktop.application import Options
    from console.desktop.application import run as open_desktop
    from console.desktop.pages import place_named

    _log_to_file(folder)
    place = place_named(arguments.page) if arguments.page else None
    if arguments.page and place is None:
        raise UsageError(f"--page: there is no page called {arguments.page!r}")
    return open_desktop(
        Options(
            data=folder,
            demo=arguments.demo,
            harness=arguments.harness,
            engine_url=arguments.engine,
            place=place,
            theme=arguments.theme,
            language=arguments.language,
            scale=arguments.scale,
            size=size,
            screenshot=screenshot,
        )
    )


def _log_to_file(folder: Path) -> None:
    """The desktop's log: the engine's form (no patient data can enter), in the data folder, two files of 1 MB."""
    from console.engine.log import JsonLines

    try:
        private_folder(folder / "logs")
        handler: logging.Handler = RotatingFileHandler(
            folder / "logs" / "desktop.log", maxBytes=1_000_000, backupCount=1, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d{3,4})[xX](\d{3,4})", text)
    if match is None:
        raise UsageError("--size wants WIDTHxHEIGHT in pixels, e.g. 1366x768")
    return int(match[1]), int(match[2])


def _check_url(text: str) -> None:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("--engine wants an address like http://127.0.0.1:8585")


def _screenshot(text: str | None) -> Path | None:
    if text is None:
        return None
    path = Path(text).expanduser().absolute()
    if path.suffix.lower() != ".png":
        raise UsageError("--screenshot wants a file name that ends in .png")
    if not path.parent.is_dir():
        raise EnvironmentFault(f"--screenshot: there is no folder {path.parent}.", code="no-folder", retryable=False)
    return path


def _without_display(arguments: argparse.Namespace, folder: Path) -> int:
    if arguments.engine is not None or arguments.harness:
        instead = "signalbox harness" if arguments.harness else "the query commands (signalbox find)"
        raise EnvironmentFault(
            f"There is no display to open a window on. Use --screenshot FILE, or {instead}.",
            code="no-display",
            retryable=False,
        )
    print(
        "signalbox: no display found: running the engine with the demo hospital, without a window. Ctrl+C ends it.",
        file=sys.stderr,
        flush=True,
    )
    from console.cli.headless import run_headless

    return run_headless(folder)
