"""The map: memories by what they mean, as points on a plane that keeps its places."""
