"""An external optimizer for tests: random points of numeric parameters; its first argument spoils something."""

import json
import os
import random
import sys
import time

fault = sys.argv[1] if len(sys.argv) > 1 else ""
for line in sys.stdin:
    request = json.loads(line)
    answer: dict = {"cpu_seconds": 0.25}
    if request["op"] == "stop":
        break
    if request["op"] == "start":
        space, draw = request["space"], random.Random(request["seed"])
        answer["environment"] = {
            key: os.environ.get(key) for key in ("OMP_NUM_THREADS", "PYTHONPATH", "OURS")
        }
        told: list = []
    if request["op"] == "tell":
        told += request["y"]
        sys.stderr.write(f"told {request['y']} at {request['x']}\n")
    if request["op"] == "ask":
        shrink = 0.5 ** sum(value is not None for value in told)
        answer["x"] = [
            {one["name"]: one["lb"] + shrink * draw.random() * (one["ub"] - one["lb"]) for one in space}
            for _ in range(request["n"])
        ]
        if fault == "chatter":
            print("fitting ...", flush=True)
        if fault == "outside":
            answer["x"][0][space[0]["name"]] = 1e9
        if fault == "few":
            answer["x"].pop()
        if fault == "untimed":
            del answer["cpu_seconds"]
        if fault == "error":
            answer = {"error": "no model"}
        if fault == "die":
            sys.exit("out of luck")
        if fault == "sleep":
            time.sleep(600)
    print(json.dumps(answer), flush=True)
