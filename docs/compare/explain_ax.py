from ax.analysis import SensitivityAnalysisPlot
from ax.api.client import Client
from ax.api.configs import RangeParameterConfig
from objective import loss

client = Client()
client.configure_experiment(
    parameters=[
        RangeParameterConfig(name="lr", parameter_type="float", bounds=(1e-5, 0.1), scaling="log"),
        RangeParameterConfig(name="depth", parameter_type="int", bounds=(1, 9)),
    ]
)
client.configure_optimization(objective="-loss")
for _ in range(20):
    for number, parameters in client.get_next_trials(max_trials=1).items():
        client.complete_trial(trial_index=number, raw_data={"loss": loss(**parameters)})
print(client.compute_analyses(analyses=[SensitivityAnalysisPlot()], display=False)[0].df)
