"""A host whose analyses and imports are jobs of Procrastinate, on PostgreSQL."""
