"""What an enemy, or an accident, may hand to the library."""
