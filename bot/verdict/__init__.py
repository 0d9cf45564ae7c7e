"""Evidence in, a verdict out. Pure: the rules, their reasons and their sources are told in docs/probing.md."""

from bot.verdict.judging import judge
from bot.verdict.rules import RULES, Rule

__all__ = ["RULES", "Rule", "judge"]
