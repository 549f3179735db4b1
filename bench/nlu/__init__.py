"""What understands messages best, and what it costs: `python -m bench.nlu`."""
