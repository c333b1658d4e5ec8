"""One module for each peer, each run as a process of its own.

``python -m benchmarks.matching.peers.NAME INCOMING.csv EXISTING.csv OUT.csv`` writes
the answer as `benchmarks.matching.evaluate` reads it.
"""
