"""What teaches the assistant: messages, stories, rules and domain, read with their lines."""
