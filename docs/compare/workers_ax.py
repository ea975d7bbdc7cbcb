from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

from ax.api.client import Client
from ax.api.configs import RangeParameterConfig
from objective import loss

if __name__ == "__main__":
    client = Client()
    client.configure_experiment(
        parameters=[
            RangeParameterConfig(name="lr", parameter_type="float", bounds=(1e-5, 0.1), scaling="log"),
            RangeParameterConfig(name="depth", parameter_type="int", bounds=(1, 9)),
        ]
    )
    client.configure_optimization(objective="-loss")
    with ProcessPoolExecutor(4) as pool:
        running, n_asked = {}, 0
        while n_asked < 20 or running:
            while n_asked < 20 and len(running) < 4:
                for number, parameters in client.get_next_trials(max_trials=1).items():
                    running[pool.submit(loss, **parameters)] = number
                    n_asked += 1
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                client.complete_trial(trial_index=running.pop(future), raw_data={"loss": future.result()})
    print(client.get_best_parameterization())
