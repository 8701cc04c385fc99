"""The Memory page: browse, read, correct and govern the cubes of the vault."""
