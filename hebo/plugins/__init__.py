"""Thin adapters: this library inside other people's benchmarks and tuners."""
