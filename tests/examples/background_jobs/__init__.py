"""The tests of the example whose background steps are jobs."""
