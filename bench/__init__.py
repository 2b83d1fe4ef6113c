"""Measures what docs/benchmarks.md promises, each figure beside its peer in the same run."""
