"""The vectors: rules as data, and this library's answers to them."""
