"""Lucide drawings, recoloured with a token and rendered once per size and screen density."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from console.desktop.resources import resource
from console.desktop.theme import px, theme


@lru_cache(maxsize=256)
def _source(name: str) -> bytes:
    return resource("icons", f"{name}.svg").read_bytes()


@lru_cache(maxsize=1024)
def _rendered(name: str, color: str, side: int, ratio: float) -> QPixmap:
    device = round(side * ratio)
    pixmap = QPixmap(device, device)
    pixmap.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", color.encode())))
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, device, device))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def screen_ratio() -> float:
    """The highest density of any screen, so that a pixmap is never blurred by scaling up."""
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)


def pixmap(name: str, token: str = "text2", size: float = 16, *, ratio: float | None = None) -> QPixmap:
    """One icon as a pixmap. `size` in pixels at 100 %; `token` a colour token or `#rrggbb`.

    Raises FileNotFoundError for an icon that is not shipped and KeyError for an unknown token.
    """
    color = token if token.startswith("#") else theme().hex(token)
    return _rendered(name, color, px(size), ratio or screen_ratio())


def icon(name: str, token: str = "text2", size: float = 16, *, active: str | None = None, gap: float = 0) -> QIcon:
    """One icon with its disabled look, and with `active` as the colour while it is checked or selected.

    `gap` adds empty pixels on the right, which style sheets cannot; show it with `icon_size(size, gap)`.
    """

    def drawn(color_token: str) -> QPixmap:
        plain = pixmap(name, color_token, size)
        return _widened(plain, px(gap)) if gap else plain

    made = QIcon()
    made.addPixmap(drawn(token), QIcon.Mode.Normal, QIcon.State.Off)
    made.addPixmap(drawn("text3"), QIcon.Mode.Disabled, QIcon.State.Off)
    if active is not None:
        made.addPixmap(drawn(active), QIcon.Mode.Normal, QIcon.State.On)
        made.addPixmap(drawn(active), QIcon.Mode.Selected, QIcon.State.Off)
    return made


def _widened(plain: QPixmap, gap: int) -> QPixmap:
    ratio = plain.devicePixelRatio()
    wide = QPixmap(plain.width() + round(gap * ratio), plain.height())
    wide.fill(Qt.GlobalColor.transparent)
    wide.setDevicePixelRatio(ratio)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, plain)
    painter.end()
    return wide


def icon_size(size: float = 16, gap: float = 0) -> QSize:
    return QSize(px(size) + px(gap), px(size))


def paint_icon(painter: QPainter, name: str, token: str, rect: QRectF) -> None:
    """Paints an icon into `rect` (logical pixels) inside a custom-painted widget."""
    color = token if token.startswith("#") else theme().hex(token)
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(rect.topLeft(), _rendered(name, color, round(rect.width()), ratio))
