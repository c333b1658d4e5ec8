"""The life of two sites, by any story."""
