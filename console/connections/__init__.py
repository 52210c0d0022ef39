"""Every remote API, behind one Source protocol."""
