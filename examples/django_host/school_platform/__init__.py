"""A school platform, as a Django project."""
