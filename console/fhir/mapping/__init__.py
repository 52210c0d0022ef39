"""One file per message family; table-driven."""
