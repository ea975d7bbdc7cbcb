from ax.api.client import Client
from ax.api.configs import RangeParameterConfig
from objective import measure

client = Client()
client.configure_experiment(
    parameters=[
        RangeParameterConfig(name="lr", parameter_type="float", bounds=(1e-5, 0.1), scaling="log"),
        RangeParameterConfig(name="depth", parameter_type="int", bounds=(1, 9)),
    ]
)
client.configure_optimization(objective="accuracy", outcome_constraints=["latency <= 20"])
for _ in range(20):
    for number, parameters in client.get_next_trials(max_trials=1).items():
        client.complete_trial(trial_index=number, raw_data=measure(**parameters))
print(client.get_best_parameterization())
