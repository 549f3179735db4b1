"""What is configured, reachable or missing, and the next step for each."""
