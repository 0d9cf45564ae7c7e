"""An outage played from beginning to end on real servers, for people to read: `scripts/simulate`."""
