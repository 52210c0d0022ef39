"""Whether it went well: truth against what was found, thresholds, reports."""
