"""Rules of delivery: retry, breaker, lanes. Pure."""
