"""The tests of the example that keeps its students in tables of its own."""
