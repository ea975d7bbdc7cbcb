"""Pretraining of networks on generated tasks; nothing here is imported by the optimization loop."""
