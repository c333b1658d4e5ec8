"""How the library is put together: imports, maps, public types, what is shipped."""
