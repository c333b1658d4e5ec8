"""The laws of matchers, and matchers that break them."""
