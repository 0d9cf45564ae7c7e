"""`cestmoiou healthcheck`: whether the running bot does its work."""

import sys

import click

from bot.app.clock import now
from bot.app.heartbeat import what_is_missing, what_is_wrong
from bot.settings import heartbeat_path


@click.command()
def healthcheck() -> None:
    """Say whether the running bot is well; exit 0 or 1. Degraded is 0: a restart would mend nothing."""
    wrong = what_is_wrong(heartbeat_path(), now())
    missing = what_is_missing(heartbeat_path())
    click.echo(wrong or (f"degraded: {missing}" if missing else "well"))
    sys.exit(1 if wrong else 0)
