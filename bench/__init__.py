"""Benchmarks: the commands behind the figures that the documentation quotes."""
