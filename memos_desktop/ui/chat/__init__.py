"""The chat page: list, messages, composer, receipt."""
