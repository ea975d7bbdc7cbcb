"""Transfer between runs: trials of earlier experiments, campaigns and tables that a run learns from."""
