"""Everything that one command starts: prepare, start, watch, stop."""
