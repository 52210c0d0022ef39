"""What is sent: people, visits, orders and results from a seed; templates; files; recorded streams."""
