"""What a run shall be: the TOML file as a checked, frozen model."""
