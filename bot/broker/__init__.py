"""The way to colleagues' agents: a NATS server, what is said over it, and the keys that say who may speak.

Nothing of this is imported unless a broker is configured.
"""
