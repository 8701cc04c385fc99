"""The timeline: memories along time, with a strip above that shows the whole span."""
