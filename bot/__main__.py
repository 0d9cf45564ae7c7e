"""`python -m bot` is the same as `cestmoiou`."""

from bot.cli import main

main()
