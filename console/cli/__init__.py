"""Entry points: arguments in, exit codes out."""
