"""What the shop knows: articles, their index, and answers in the shop's own words."""
