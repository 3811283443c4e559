"""Benches: what is measured, never asserted. `make bench` runs `python -m tests.bench`."""
