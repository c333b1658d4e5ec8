"""The promises of the ports on every adapter, and the kit that tries them."""
