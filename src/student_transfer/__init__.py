"""Move students and their history between school sites."""
