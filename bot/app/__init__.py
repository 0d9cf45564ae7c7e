"""Wiring: settings in, a bot that runs out (`wiring.py`, then `service.py`). Holds the only clock."""
