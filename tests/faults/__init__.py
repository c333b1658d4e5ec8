"""Any call of a port fails, and nothing is lost."""
