"""HL7 v2 as bytes: framing, keys, the lazy message, acknowledgments. No I/O."""
