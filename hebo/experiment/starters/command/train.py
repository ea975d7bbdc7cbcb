"""What `hebo.yaml` starts. Any program in any language can stand here, if it prints a line of JSON."""

from __future__ import annotations

import argparse
import json
import math


def main() -> None:
    """Read the settings, train, print the loss."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--depth", type=int, required=True)
    settings = parser.parse_args()
    # Put your own training in the place of the formula.
    loss = 0.1 + math.log10(settings.lr / 1e-3) ** 2 + 0.05 * (settings.depth - 6) ** 2
    print(json.dumps({"loss": loss}))


if __name__ == "__main__":
    main()
