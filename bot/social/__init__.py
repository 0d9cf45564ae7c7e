"""The social networks: adapters that bring mentions and post replies."""
