"""Signalbox: an operations console for hospital integration."""

__version__ = "0.1.0"
