"""Every colour, size and font comes from here: the tokens, at the user's scale, as a palette and one style sheet.

`resources/themes/tokens.json` holds the tokens, `resources/themes/signalbox.qss` the sheet: `@name` stands for a
colour token, `@scheme` for light or dark, and every `12px` is scaled by `px()`. Painted widgets ask `theme()`
while they paint, so that a change of theme needs no more than a repaint; `Theme.changed` tells those that keep pixmaps.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from console.desktop.resources import resource

MIN_SCALE, MAX_SCALE = 90, 200
UI_FAMILY = "Inter"
MONO_FAMILY = "JetBrains Mono"
_FONT_FILES = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "Inter-Bold.ttf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Bold.ttf",
)


class Scheme(StrEnum):
    """What the user asked for; `SYSTEM` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class TypeRole:
    """One line of the type scale: pixels at 100 %, CSS weight, line height in pixels."""

    px: float
    weight: int
    line: int


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """How one status is shown. `token` is the colour family: `<token>_fg`, `<token>_solid`, `<token>_soft`."""

    word: str
    icon: str
    token: str


class Theme(QObject):
    """The tokens in force. One per application; GUI thread only."""

    changed = Signal()
    """Colours, scale or contrast changed; the palette and the style sheet are already in place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens: dict[str, Any] = json.loads(resource("themes", "tokens.json").read_text(encoding="utf-8"))
        self.types = {name: TypeRole(t["px"], t["weight"], t["line"]) for name, t in self._tokens["type"].items()}
        self.statuses = {
            name: StatusStyle(s["word"], s["icon"], s["token"]) for name, s in self._tokens["status"].items()
        }
        self.environments = {
            name: StatusStyle(s["word"], s["icon"], s["token"]) for name, s in self._tokens["environment"].items()
        }
        self.dark = False
        self.scale = 100
        self.high_contrast = False
        self._hex: dict[str, str] = {}
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, int | None], QFont] = {}
        self._load()

    def _load(self) -> None:
        scheme = "dark" if self.dark else "light"
        self._hex = dict(self._tokens[scheme])
        if self.high_contrast:
            self._hex.update(self._tokens["high_contrast"][scheme])
        self._colors = {name: QColor(value) for name, value in self._hex.items()}
        self._fonts.clear()

    # ---- asking -----------------------------------------------------------------------------------------------
    def color(self, token: str) -> QColor:
        """A colour token. Do not change the returned object. Raises KeyError for a token that does not exist."""
        return self._colors[token]

    def hex(self, token: str) -> str:
        return self._hex[token]

    def px(self, size: float) -> int:
        """Pixels at the user's text size, halves upwards, at least 1 for anything above 0."""
        scaled = math.floor(size * self.scale / 100 + 0.5)
        return max(1, scaled) if size > 0 else scaled

    def font(self, role: str = "body", weight: int | None = None) -> QFont:
        """The font of a role of the type scale (cached: copy it before you change it)."""
        key = (role, weight)
        font = self._fonts.get(key)
        if font is None:
            kind = self.types[role]
            font = self._fonts[key] = QFont(MONO_FAMILY if role == "mono" else UI_FAMILY)
            font.setPixelSize(self.px(kind.px))
            font.setWeight(QFont.Weight(weight or kind.weight))
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            if role == "mono":
                for tag, value in (("liga", 0), ("calt", 0), ("zero", 1)):
                    font.setFeature(QFont.Tag(tag), value)
                font.setStyleHint(QFont.StyleHint.Monospace)
            else:
                font.setFeature(QFont.Tag("tnum"), 1)
        return font

    # ---- changing ---------------------------------------------------------------------------------------------
    def set(self, *, dark: bool, scale: int = 100, high_contrast: bool = False) -> None:
        """Puts new values in force and, when there is an application, dresses it."""
        self.dark, self.high_contrast = dark, high_contrast
        self.scale = min(MAX_SCALE, max(MIN_SCALE, scale))
        self._load()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setFont(self.font("body"))
            application.setPalette(self.palette())
            application.setStyleSheet(self.style_sheet())
        self.changed.emit()

    def palette(self) -> QPalette:
        """The tokens as a QPalette, for what a style sheet does not reach."""
        palette = QPalette()
        role = QPalette.ColorRole
        for target, token in (
            (role.Window, "bg_app"),
            (role.WindowText, "text"),
            (role.Base, "bg_surface"),
            (role.AlternateBase, "bg_hover"),
            (role.Text, "text"),
            (role.Button, "bg_surface"),
            (role.ButtonText, "text"),
            (role.BrightText, "fail_fg"),
            (role.ToolTipBase, "bg_raised"),
            (role.ToolTipText, "text"),
            (role.Highlight, "bg_selected"),
            (role.HighlightedText, "text"),
            (role.Link, "accent"),
            (role.LinkVisited, "review_fg"),
            (role.PlaceholderText, "text3"),
            (role.Mid, "border"),
            (role.Dark, "border_strong"),
            (role.Light, "bg_surface"),
            (role.Accent, "accent"),
        ):
            palette.setColor(target, self.color(token))
        for target in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, target, self.color("text3"))
        return palette

    def style_sheet(self) -> str:
        """`signalbox.qss` with tokens and sizes filled in. Raises KeyError when the sheet names an unknown token."""
        sheet = resource("themes", "signalbox.qss").read_text(encoding="utf-8")
        sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
        sheet = sheet.replace("@scheme", "dark" if self.dark else "light")
        sheet = re.sub(r"@(?!icon\()(\w+)", lambda m: self._hex[m[1]], sheet)
        sheet = re.sub(r"(\d+(?:\.\d+)?)px", lambda m: f"{self.px(float(m[1]))}px", sheet)
        return re.sub(r"@icon\((\S+?)\)", lambda m: f'"{resource("icons", m[1]).as_posix()}"', sheet)


_theme: Theme | None = None


def theme() -> Theme:
    """The theme of this process; made on first use, in light colours at 100 %."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def px(size: float) -> int:
    """Shorthand for `theme().px(size)`."""
    return theme().px(size)


def load_fonts() -> None:
    """Makes the bundled fonts known to Qt. Needs an application; repeating it does nothing."""
    if UI_FAMILY in QFontDatabase.families() and MONO_FAMILY in QFontDatabase.families():
        return
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(resource("fonts", name)))


def system_is_dark() -> bool:
    hints = QGuiApplication.styleHints()
    return hints.colorScheme() == Qt.ColorScheme.Dark


def dress(application: QApplication, *, scheme: Scheme, scale: int = 100, high_contrast: bool = False) -> None:
    """Style, fonts and colours for the whole application; what `Scheme.SYSTEM` means is asked of the desktop now."""
    if application.style().name().lower() != "fusion":
        application.setStyle(QStyleFactory.create("Fusion"))
    load_fonts()
    dark = system_is_dark() if scheme is Scheme.SYSTEM else scheme is Scheme.DARK
    theme().set(dark=dark, scale=scale, high_contrast=high_contrast)
