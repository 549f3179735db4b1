"""What to do next: a learned policy beside Rasa's rules and memory."""
