"""Reports: the page of an experiment and its figures; numbers come from `hebo.experiment.analysis`."""
