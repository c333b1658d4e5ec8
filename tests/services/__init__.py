"""The use cases, on two sites."""
