"""Tokens: every pair that is read passes WCAG AA, also in high contrast; every size goes through the user's scale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication

from console.desktop.icons import icon_size, pixmap
from console.desktop.resources import resource, resource_folder
from console.desktop.theme import MONO_FAMILY, UI_FAMILY, Scheme, Theme, dress, load_fonts, px, theme

LOOKS = [(dark, contrast) for dark in (False, True) for contrast in (False, True)]
FAMILIES = ("ok", "warn", "fail", "review", "info", "quiet")
SOURCES = sorted((Path(__file__).resolve().parents[2] / "console" / "desktop").rglob("*.py"))


def _luminance(color: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """The WCAG 2 contrast ratio."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _theme(dark: bool, high: bool) -> Theme:
    made = Theme()
    made.set(dark=dark, high_contrast=high)
    return made


@pytest.mark.parametrize(("dark", "high"), LOOKS)
def test_that_text_can_be_read_on_every_ground(qapp: QApplication, dark: bool, high: bool) -> None:
    colors = _theme(dark, high)
    grounds = ("bg_app", "bg_surface", "bg_raised", "bg_selected", "bg_hover", "bg_sunken")
    pairs = [(ink, ground) for ink in ("text", "text2", "text3") for ground in grounds]
    pairs += [("accent", "bg_surface"), ("on_accent", "accent_solid"), ("on_accent", "accent_solid_hover")]
    pairs += [("rail_fg", "rail_bg"), ("rail_fg_active", "rail_active"), ("badge_ink", "badge")]
    pairs += [(f"{f}_fg", ground) for f in FAMILIES for ground in ("bg_surface", f"{f}_soft", "bg_selected")]
    pairs += [("on_warn" if f == "warn" else "on_solid", f"{f}_solid") for f in FAMILIES]
    failing = {
        f"{ink} on {ground}": round(contrast(colors.color(ink), colors.color(ground)), 2)
        for ink, ground in pairs
        if contrast(colors.color(ink), colors.color(ground)) < 4.5
    }
    assert failing == {}


@pytest.mark.parametrize(("dark", "high"), LOOKS)
def test_that_borders_of_controls_and_the_focus_ring_can_be_seen(qapp: QApplication, dark: bool, high: bool) -> None:
    colors = _theme(dark, high)
    pairs = [(line, ground) for line in ("border_strong", "focus") for ground in ("bg_app", "bg_surface", "bg_raised")]
    pairs += [("focus_on_accent", "accent_solid")] if dark else []
    assert [p for p in pairs if contrast(colors.color(p[0]), colors.color(p[1])) < 3.0] == []


def test_that_high_contrast_raises_the_contrast_of_quiet_text(qapp: QApplication) -> None:
    for dark in (False, True):
        plain, high = _theme(dark, False), _theme(dark, True)
        assert contrast(high.color("text3"), high.color("bg_app")) > 7
        assert contrast(high.color("text3"), high.color("bg_app")) > contrast(
            plain.color("text3"), plain.color("bg_app")
        )


def test_that_every_size_follows_the_users_text_size(qapp: QApplication) -> None:
    dress(qapp, scheme=Scheme.LIGHT, scale=150)
    try:
        assert px(13) == 20
        assert px(1) == 2
        assert px(0) == 0
        assert qapp.font().pixelSize() == 20
        assert icon_size(16).width() == 24
        sheet = theme().style_sheet()
        assert "font-size: 20px" in sheet
        assert "font-size: 13px" not in sheet
    finally:
        dress(qapp, scheme=Scheme.LIGHT)


def test_that_the_style_sheet_names_known_tokens_only_and_scales_no_path(qapp: QApplication) -> None:
    sheet = theme().style_sheet()
    assert "@" not in sheet.replace(resource_folder().as_posix(), "")
    for path in re.findall(r'url\("(.+?)"\)', sheet):
        assert Path(path).is_file()


def test_that_the_bundled_fonts_are_the_ones_used_and_figures_are_equally_wide(qapp: QApplication) -> None:
    load_fonts()
    assert {UI_FAMILY, MONO_FAMILY} <= set(QFontDatabase.families())
    assert QFontInfo(theme().font("body")).family() == UI_FAMILY
    assert QFontInfo(theme().font("mono")).family() == MONO_FAMILY
    metrics = QFontMetricsF(theme().font("body"))
    assert len({metrics.horizontalAdvance(figure * 4) for figure in "0123456789"}) == 1


def test_that_hl7_separators_are_not_joined_into_ligatures(qapp: QApplication) -> None:
    font = theme().font("mono")
    metrics = QFontMetricsF(font)
    one = metrics.horizontalAdvance("x")
    for text in ("||", "|^~\\&", "!=", "->", "0x"):
        assert metrics.horizontalAdvance(text) == pytest.approx(one * len(text), abs=0.01)
    assert font.featureValue(QFont.Tag("liga")) == 0


def test_that_the_fonts_and_icons_come_with_their_licences() -> None:
    for parts in (("fonts", "Inter-OFL.txt"), ("fonts", "JetBrainsMono-OFL.txt"), ("icons", "LUCIDE-LICENSE")):
        assert resource(*parts).stat().st_size > 500
    assert sum(f.stat().st_size for f in resource("fonts").glob("*.ttf")) < 2_000_000


def test_that_an_icon_is_drawn_in_the_tokens_colour_at_the_screens_density(qapp: QApplication) -> None:
    drawn = pixmap("octagon-x", "fail_fg", 16, ratio=2.0)
    assert drawn.width() == 32
    assert drawn.deviceIndependentSize().width() == 16
    image = drawn.toImage()
    wanted = theme().color("fail_fg").rgb()
    colors = {
        image.pixelColor(x, y).rgb() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255
    }
    assert wanted in colors


def test_that_colours_and_icon_names_in_code_are_tokens_and_shipped_icons(qapp: QApplication) -> None:
    shipped = {path.stem for path in resource("icons").glob("*.svg")}
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"""["']#[0-9A-Fa-f]{6}["']""", text), f"{path.name} holds a colour of its own"
        for name in re.findall(r"""icon_name=["']([a-z0-9-]+)["']""", text):
            assert name in shipped, f"{path.name} wants an icon that is not shipped: {name}"
        for token in re.findall(r"""(?:color|hex)\(["'](\w+)["']\)""", text):
            assert theme().hex(token), path.name


def test_that_every_status_and_environment_has_word_icon_and_colour_family() -> None:
    shipped = {path.stem for path in resource("icons").glob("*.svg")}
    for style in (*theme().statuses.values(), *theme().environments.values()):
        assert style.word
        assert style.icon in shipped
        assert {theme().hex(f"{style.token}_{kind}") for kind in ("fg", "solid", "soft")}
