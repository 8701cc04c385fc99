"""Suggestions to tidy memory: what repeats, contradicts, is out of date or expires, as a list to work through."""
