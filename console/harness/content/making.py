"""From a scenario's content to a source of messages: `make_source` is the one door to this room."""
