"""Many sources and the local cache made into one case file."""
