"""Item models; no I/O."""
