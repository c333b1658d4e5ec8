"""What holds for all, tried with Hypothesis."""
