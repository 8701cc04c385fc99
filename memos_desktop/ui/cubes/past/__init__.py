"""The time machine in the window: the vault as it was, what has changed since, and the way back."""
