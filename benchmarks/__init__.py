"""What the library costs, beside a peer in the same run."""
