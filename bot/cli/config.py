"""`cestmoiou config check` and `config show`: whether the settings are right, and what they come to."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import Enum
from typing import cast

import click
from pydantic import BaseModel, SecretStr

from bot.app.files import build_catalogue, build_fingerprints, build_hosters, providers_to_notify
from bot.settings import Settings, load_settings, load_with_origins

MASK = "••••"


@click.group()
def config() -> None:
    """Check or show the settings."""


@config.command()
def check() -> None:
    """Check every setting; print all faults at once, exit 0 or 2."""
    settings = load_settings()
    check_more(settings)
    click.echo(f"ok: {settings.config_dir}, the environment, {_accounts(settings)}")


def check_more(settings: Settings) -> None:
    """Check what stands beside bot.toml: catalogue, fingerprints, hosters. Raises their errors, with `faults`."""
    providers_to_notify(settings, build_catalogue(settings))
    build_fingerprints(settings)
    build_hosters(settings)


@config.command()
def show() -> None:
    """Show the effective settings and where each comes from; secrets are masked."""
    loaded = load_with_origins()
    lines = list(_lines(loaded.settings, ()))
    width = max(len(f"{'.'.join(key)} = {value}") for key, value in lines)
    for key, value in lines:
        origin = loaded.origins.get(key, "default")
        click.echo(f"{f'{chr(46).join(key)} = {value}':<{min(width, 60)}}  # {origin}")


def _accounts(settings: Settings) -> str:
    match len(settings.accounts):
        case 0:
            return "no account (the bot talks in the terminal)"
        case 1:
            return "1 account"
        case number:
            return f"{number} accounts"


def _lines(model: BaseModel, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in type(model).model_fields:
        value = cast(object, getattr(model, name))
        if name == "config_dir":
            continue
        if isinstance(value, BaseModel):
            yield from _lines(value, (*above, name))
        elif isinstance(value, Mapping):
            for key, inner in cast(Mapping[str, BaseModel], value).items():
                yield from _lines(inner, (*above, name, key))
        else:
            yield (*above, name), _written(value)


def _written(value: object) -> str:
    """A value as bot.toml would have it."""
    match value:
        case SecretStr():
            return f'"{MASK}"'
        case timedelta():
            return f'"{value.total_seconds():g}s"'
        case Enum():
            return f'"{value.value}"'
        case int():
            return str(value)
        case tuple():
            return f"[{', '.join(_written(each) for each in cast(tuple[object, ...], value))}]"
        case BaseModel():
            fields = ((name, cast(object, getattr(value, name))) for name in type(value).model_fields)
            return f"{{ {', '.join(f'{name} = {_written(each)}' for name, each in fields if each is not None)} }}"
        case _:
            escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{escaped}"'
