"""The page of kept KV states."""
