"""Synthetic people, tests and HL7 text that the demo hospital and the harness both draw from. Nobody here is real."""
