"""What the encoder is worth, against what is there without it: `python -m bench.encoder`."""
