"""Explanation: what the models of an optimization have learnt, in the units of what was measured."""
