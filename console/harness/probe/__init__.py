"""Named probes of framing, acknowledgment and recovery against any receiver."""
