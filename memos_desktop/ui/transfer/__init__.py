"""Bundles in the window: what goes out, and what a file would bring in."""
