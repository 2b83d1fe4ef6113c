"""Whether a result holds beyond the settings and the days it was found on: sweeps and walk-forward."""
