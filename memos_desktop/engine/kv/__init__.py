"""Kept KV states: files that spare a model the reading of a text it has read before. All of it can be made again."""
