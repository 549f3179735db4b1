"""Whether an order is found, and paid back, as fast in a large shop as in a small one."""
