"""`cestmoiou healthcheck`: whether the running bot does its work."""

import sys

import click

from bot.app.clock import now
from bot.app.heartbeat import what_is_wrong
from bot.settings import heartbeat_path


@click.command()
def healthcheck() -> None:
    """Say whether the running bot is well; exit 0 or 1."""
    wrong = what_is_wrong(heartbeat_path(), now())
    click.echo(wrong or "well")
    sys.exit(1 if wrong else 0)
