"""Running experiments: checks, dispatch of runs, the loop of one run, progress."""
