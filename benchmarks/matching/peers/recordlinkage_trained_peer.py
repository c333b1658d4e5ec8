"""The Python Record Linkage Toolkit with its logistic regression.

It is trained on half of the truth, and evaluated on all of it.
"""

from benchmarks.matching.peers.recordlinkage_peer import main

if __name__ == "__main__":
    main(trained=True, name="recordlinkage_trained_peer")
