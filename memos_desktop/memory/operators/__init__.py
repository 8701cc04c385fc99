"""What operators do to cubes, as pure functions: what may be fused or split, what comes of it, where texts clash."""
