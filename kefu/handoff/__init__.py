"""Bringing in a person: tickets with the conversation so far."""
