"""The MLLP harness: load, faults, a scripted receiver, probes, and a verdict. Works with any engine, knows none."""
