"""Where we look from: probe networks."""
