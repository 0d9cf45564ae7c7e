"""The command line: one module a command, each imported only when it is called."""

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("bot.cli.run", "Run the bot on its networks; with none configured, in this terminal."),
    "ask": ("bot.cli.ask", "Ask one question here; exit 0 up, 1 down or degraded, 2 neither."),
    "probe": ("bot.cli.probe", "Look at platforms or hosts, and explain what was seen."),
    "understand": ("bot.cli.understand", "Say what the bot understands of a text."),
    "incidents": ("bot.cli.incidents", "List what is and was down."),
    "dossier": ("bot.cli.dossier", "Print the evidence of an outage, to be sent to the provider."),
    "agent": ("bot.cli.agent", "Look from here for a colleague's bot, over its broker."),
    "agents": ("bot.cli.agents", "List the agents; give one a key, stop or revoke one."),
    "login": ("bot.cli.login", "Give the bot an account on Mastodon or Bluesky, or Globalping's eyes."),
    "networks": ("bot.cli.networks", "Say what each account can and cannot do; exit 0 or 1."),
    "catalogue": ("bot.cli.catalogue", "Check the platform files, add to them, draft them."),
    "config": ("bot.cli.config", "Check or show the settings."),
    "healthcheck": ("bot.cli.healthcheck", "Say whether the running bot is well; exit 0 or 1."),
}


class LazyGroup(click.Group):
    """Knows the commands' names and one line each without importing them: --help must be quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that was asked for."""
        if cmd_name not in COMMANDS:
            return None
        return getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a `UserError` or an outside error becomes one sentence and exit code 2."""
        from bot.cli.errors import sentences_of

        try:
            return super().invoke(ctx)
        except Exception as error:
            sentences = sentences_of(error)
            if sentences is None:
                raise
            for sentence in sentences:
                click.echo(f"cestmoiou: {sentence}", err=True)
            sys.exit(2)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cestmoiou", prog_name="cestmoiou")
def main() -> None:
    """C'est moi ou c'est en panne ? A bot for Mastodon and Bluesky that confirms outages."""
