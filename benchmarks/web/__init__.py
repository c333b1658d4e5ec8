"""How quick the pages are on a large site."""
