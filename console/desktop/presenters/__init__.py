"""What pages ask; plain Python."""
