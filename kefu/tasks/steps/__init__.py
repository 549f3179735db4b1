"""The questions that tasks are made of."""
