"""Weights that are drawn, for who goes with whom."""

import random

Weights = dict[str, dict[str, float]]


def random_weights(seed: int, rows: int = 3, columns: int = 3) -> Weights:
    """Draw how well some rows fit some columns, in whole bits."""
    draw = random.Random(seed)
    return {
        f"r{row:02}": {
            f"c{column:02}": float(draw.randint(-2, 6))
            for column in range(draw.randint(1, columns))
            if draw.random() < 0.8
        }
        for row in range(draw.randint(1, rows))
    }
