"""Rasa components over the encoder, and the torch models inside them."""
