"""The language model: what it is told, how it is asked, what of its answer a buyer may read."""
