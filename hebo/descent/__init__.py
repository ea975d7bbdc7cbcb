"""Descent: gradient steppers for nested expectations, projections, schedules; without models."""
