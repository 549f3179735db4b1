"""Whole conversations as data: what buyers type, what they are told, which rows are written."""
