"""A bot that confirms outages: a mention goes in, a verdict in words comes out. Start at bot/answering.py."""
