"""What parts of the network of `neural_process` are worth: short trainings without one of them each.

python configs/pretrain/neural_process_ablation.py configs/pretrain/neural_process.yaml --steps 500
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import read_yaml
from hebo.surrogates.neural_process.transformer import Head, Prediction, Transformer
from hebo.training.contexts import Shapes
from hebo.training.neural_process import NeuralProcess
from hebo.training.pretraining import Pretraining
from hebo.training.processes import Processes
from hebo.training.state import TrainingState
from hebo.training.trainer import train

VARIANTS = ("everything", "equal columns in distances", "no distances", "free bars alone")
SHAPES = Shapes(n_columns=(1, 6), n_context=(3, 50), n_queries=32, mixed=0.3)


class FreeHead(Head):
    """A head without the Student distribution beneath the bars."""

    def forward(self, tokens: torch.Tensor) -> Prediction:
        """See `Head`; place and scale are left out."""
        out = self.out(nn.functional.gelu(self.hidden(self.norm(tokens))))
        m = len(self.borders) - 1
        return Prediction(out[..., :m].log_softmax(-1), super().forward(tokens).log_noise_sd)


class Without(NeuralProcess):
    """The learner without one part of its network."""

    part: str

    def network(self) -> Transformer:
        """See `Learner`."""
        made = super().network()
        if self.part == "equal columns in distances":
            made.relevance.out.requires_grad_(False)  # its zeros make all weights one
        if self.part == "no distances":
            for layer in made._stack:
                nn.init.constant_(layer.log_rate.requires_grad_(False), -30.0)
        if self.part == "free bars alone":
            made.head.__class__ = FreeHead
        return made


def main() -> None:
    """Read the command line, train, and print a line per variant."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("plan", help="the YAML of the training whose prior is used")
    parser.add_argument("--steps", type=int, default=500)
    given = parser.parse_args()
    plan = build_pretraining(read_yaml(given.plan))
    assert isinstance(plan.learner, NeuralProcess)
    for part in VARIANTS:
        print(f"{part}: {trained(plan, plan.learner, part, given.steps)}", flush=True)


def trained(plan: Pretraining, learner: NeuralProcess, part: str, steps: int) -> str:
    """Train a variant; return its losses on tasks that no step has seen, halfway and at the end."""
    changes = {
        "learner": Without(**dict(learner), part=part),
        "shapes": SHAPES,
        "n_steps": steps,
        "warmup": 100,
        "checkpoint_every": steps // 2,
        "average": 0.99,
        "snapshots": (),
        "n_validation": 12,
    }
    short = plan.model_copy(update=changes)
    device = torch.device("cpu")
    lines = list(train(short, TrainingState(short, device), Processes(0, 1, device), lambda: False))
    return ", ".join(f"{one.validation:.3f} after {one.step} steps" for one in lines)


if __name__ == "__main__":
    main()
