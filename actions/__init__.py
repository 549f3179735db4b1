"""Custom actions: slots in, one service called, messages and events out."""
