"""`neural_process`: a transformer that was trained once on generated tasks and predicts without fitting."""
