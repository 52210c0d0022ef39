"""The pages of the rail, in its order. A page's module is imported when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from PySide6.QtCore import QCoreApplication

from console.desktop.places import Place, place_from_link


@dataclass(frozen=True, slots=True)
class PageSpec:
    """Where a page is and how the rail shows it. `letter` completes the chord `G, letter`."""

    name: str
    module: str
    class_name: str
    icon: str
    letter: str
    title: Callable[[], str]
    at_bottom: bool = False

    def load(self) -> type:
        page: type = getattr(import_module(self.module), self.class_name)
        return page

    def exists(self) -> bool:
        return find_spec(self.module) is not None


PAGES: tuple[PageSpec, ...] = (
    PageSpec(
        "investigate",
        "console.desktop.pages.investigate",
        "InvestigatePage",
        "scan-search",
        "I",
        lambda: QCoreApplication.translate("Pages", "Investigate"),
    ),
    PageSpec(
        "timeline",
        "console.desktop.pages.timeline",
        "TimelinePage",
        "chart-gantt",
        "T",
        lambda: QCoreApplication.translate("Pages", "Timeline"),
    ),
    PageSpec(
        "trace",
        "console.desktop.pages.trace",
        "TracePage",
        "waypoints",
        "R",
        lambda: QCoreApplication.translate("Pages", "Trace"),
    ),
    PageSpec(
        "harness",
        "console.desktop.pages.harness",
        "HarnessPage",
        "flask-conical",
        "H",
        lambda: QCoreApplication.translate("Pages", "Harness"),
    ),
    PageSpec(
        "settings",
        "console.desktop.pages.settings",
        "SettingsPage",
        "settings",
        "S",
        lambda: QCoreApplication.translate("Pages", "Settings"),
        at_bottom=True,
    ),
)
HIDDEN_PAGES: tuple[PageSpec, ...] = (
    PageSpec(
        "welcome",
        "console.desktop.pages.welcome",
        "WelcomePage",
        "home",
        "W",
        lambda: QCoreApplication.translate("Pages", "Welcome"),
    ),
    PageSpec(
        "help",
        "console.desktop.pages.help",
        "HelpPage",
        "circle-question-mark",
        "U",
        lambda: QCoreApplication.translate("Pages", "Help"),
    ),
)


def shown_pages() -> list[PageSpec]:
    """The pages of this build."""
    return [spec for spec in PAGES if spec.exists()]


def place_named(text: str) -> Place | None:
    """The place a page's name or a deep link means; None when there is no such page."""
    place = place_from_link(text) or Place(text.strip().lower())
    return place if page_spec(place.page) is not None else None


def page_spec(name: str) -> PageSpec | None:
    return next((spec for spec in (*PAGES, *HIDDEN_PAGES) if spec.name == name and spec.exists()), None)
