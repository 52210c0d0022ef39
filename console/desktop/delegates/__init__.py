"""Painting of hot rows."""
