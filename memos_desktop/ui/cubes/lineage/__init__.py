"""The lineage view: a graph around one memory, and the same as a tree for keyboard and screen reader."""
