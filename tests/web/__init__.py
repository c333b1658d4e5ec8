"""The pages, and how they look and work in a real browser."""
