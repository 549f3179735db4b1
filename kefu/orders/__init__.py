"""The order tables of the shop: what a buyer may read, and the one thing a buyer may write."""
