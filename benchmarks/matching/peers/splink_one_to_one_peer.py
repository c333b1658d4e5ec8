"""Splink as `splink_peer`, with its own one-to-one step: single best links."""

from benchmarks.matching.peers.splink_peer import main

if __name__ == "__main__":
    main(one_to_one=True, name="splink_one_to_one_peer")
