"""Processes that are killed, and processes that get in each other's way."""
