"""Logic synthesis: sequences of ABC's operators that make circuits small and fast."""
