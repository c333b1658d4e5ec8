"""The page of the rules: complete, and drawn from what the code says."""
