"""Draws that depend on the seed and on what they are for, and on nothing else."""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, *purpose: object) -> np.random.Generator:
    """A stream of its own for each purpose: what one draws never moves another."""
    text = "/".join(str(part) for part in (seed, *purpose))
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])))
