"""The embedded integration layer: a server process."""
