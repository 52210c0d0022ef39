"""One message at a time: sent, answered, judged, with every byte shown."""
