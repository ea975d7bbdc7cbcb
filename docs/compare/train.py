"""A program that is tuned in the comparisons: options in, a JSON line out."""

import argparse
import json

from objective import loss

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--depth", type=int)
given = parser.parse_args()
print(json.dumps({"loss": loss(given.lr, given.depth)}))
