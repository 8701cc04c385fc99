"""What a MemCube is: values and rules, on the standard library alone. Nothing here reads a file or a clock."""
