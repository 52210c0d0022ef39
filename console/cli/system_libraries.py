"""Which system package holds a library Qt could not load: a sentence instead of a loader's complaint."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from console.core.errors import EnvironmentFault

PACKAGES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libbrotlidec.so.1": "libbrotli1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
"""Library -> Debian and Ubuntu package."""


def missing_library(complaint: str) -> EnvironmentFault:
    """The fault for what the loader said (`libEGL.so.1: cannot open shared object file: ...`)."""
    found = re.search(r"(lib[\w.+-]+?\.so[\w.]*)", complaint)
    library = found[1] if found else ""
    package = PACKAGES.get(library)
    if package:
        text = f"The desktop needs the system library {library}. Debian, Ubuntu: apt install {package}"
    elif library:
        text = f"The desktop needs the system library {library}. Install the package that has it."
    else:
        text = "The desktop's libraries (PySide6) cannot be loaded. Run make setup again."
    return EnvironmentFault(text, code="library-missing", detail=complaint, retryable=False)


def check_qt() -> None:
    """Loads Qt as the desktop will. Raises EnvironmentFault naming the library that is missing."""
    try:
        import PySide6.QtSvg
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        raise missing_library(str(error)) from error


def check_window_system(environment: Mapping[str, str] = os.environ) -> None:
    """On X11, loads Qt's own plugin: Qt would abort without a word to catch. Raises as `check_qt`."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return
    if environment.get("WAYLAND_DISPLAY"):
        return
    spec = find_spec("PySide6")
    if spec is None or spec.origin is None:
        raise missing_library("")
    plugin = Path(spec.origin).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if plugin.is_file():
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            raise missing_library(str(error)) from error


def display_answers(environment: Mapping[str, str] = os.environ, *, timeout_s: float = 2.0) -> bool:
    """Whether there is a display to open a window on. A platform named by QT_QPA_PLATFORM is taken at its word."""
    if environment.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return True
    wayland = environment.get("WAYLAND_DISPLAY")
    if wayland:
        path = Path(environment.get("XDG_RUNTIME_DIR", "/run/user/0")) / wayland
        if path.exists():
            return True
    display = environment.get("DISPLAY", "")
    match = re.fullmatch(r"(?P<host>[^:]*):(?P<number>\d+)(\.\d+)?", display)
    if match is None:
        return False
    number = int(match["number"])
    if match["host"] in ("", "unix"):
        return _connects(socket.AF_UNIX, f"/tmp/.X11-unix/X{number}", timeout_s) or _connects(
            socket.AF_UNIX, f"\0/tmp/.X11-unix/X{number}", timeout_s
        )
    return _connects(socket.AF_INET, (match["host"], 6000 + number), timeout_s)


def _connects(family: int, address: str | tuple[str, int], timeout_s: float) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(address)
            return True
    except OSError:
        return False
