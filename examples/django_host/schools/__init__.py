"""What the platform has had from the beginning: schools, pupils and their results."""
