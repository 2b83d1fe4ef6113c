"""Buying history: a plan that is as cheap as can be, and a runner that never pays twice.

wish ── lists of events ── sample of games ── windows wanted ── smallest cover ── items ── bought ── verified
"""
