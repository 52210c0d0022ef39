"""Game days: incidents played into a hospital while somebody on call works, timed against agreed minutes."""
