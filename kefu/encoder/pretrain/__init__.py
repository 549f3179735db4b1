"""Pre-training as in MacBERT (Cui et al. 2020, arXiv 2004.13922), then a sentence stage."""
