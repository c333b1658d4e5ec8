"""The tests: see the folders' names."""
