"""A neighbour that paints as the Harness page does: four times a second some 40 ms of drawing, until it is ended."""

from __future__ import annotations

import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPolygonF

application = QGuiApplication([])
image = QImage(1600, 900, QImage.Format.Format_ARGB32_Premultiplied)
while True:
    began = time.perf_counter()
    number = 0
    while time.perf_counter() - began < 0.04:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = QPolygonF([QPointF(x, (x * 7 + number * 13) % 900) for x in range(0, 1600, 8)])
        painter.drawPolyline(points)
        painter.end()
        number += 1
    time.sleep(max(0.0, 0.25 - (time.perf_counter() - began)))
