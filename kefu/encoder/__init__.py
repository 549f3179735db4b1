"""MacBERT in torch: tokenise, encode, pre-train. Knows nothing of Rasa."""

from kefu.encoder.encoder import Encoded, Encoder

__all__ = ["Encoded", "Encoder"]
