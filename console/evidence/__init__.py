"""Folds over events: a trace, a timeline, an order's life. Pure."""
