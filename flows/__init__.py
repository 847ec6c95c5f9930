"""When it happens: settings, wiring, and the flows that fetch, retest and report."""
