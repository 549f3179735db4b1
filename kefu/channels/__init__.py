"""The front door: who is it, may it pass, what do they say."""
