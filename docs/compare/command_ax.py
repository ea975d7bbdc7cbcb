import json
import subprocess
import sys

from ax.api.client import Client
from ax.api.configs import RangeParameterConfig


def run(parameters):
    argv = [
        sys.executable,
        "train.py",
        *(word for name, one in parameters.items() for word in (f"--{name}", str(one))),
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


client = Client()
client.configure_experiment(
    parameters=[
        RangeParameterConfig(name="lr", parameter_type="float", bounds=(1e-5, 0.1), scaling="log"),
        RangeParameterConfig(name="depth", parameter_type="int", bounds=(1, 9)),
    ]
)
client.configure_optimization(objective="-loss")
for _ in range(15):
    for number, parameters in client.get_next_trials(max_trials=1).items():
        client.complete_trial(trial_index=number, raw_data=run(parameters))
print(client.get_best_parameterization())
