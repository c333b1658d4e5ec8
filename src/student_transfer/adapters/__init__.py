"""What keeps and finds rows: one module or package for each kind of storage."""
