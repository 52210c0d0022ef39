"""The window around the pages: rail, top bar, palette, status bar, notices."""
