"""A target in, one observation out: checked addresses, phases, bounded reads."""
