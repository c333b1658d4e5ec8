"""The matching beside its peers: quality, time and memory on the same files."""
