"""Kefu: an assistant for the customer service of Chinese online shops, built on Rasa."""

__version__ = "0.1.0"
