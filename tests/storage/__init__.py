"""How the database is used: which way it finds what is asked for."""
