"""The subjects of the broker: who speaks on which. The server holds these rules by each site's key (`permissions_of`).

A site's name is in the subject on which it alone may speak, so an answer's sender is what the server let through, and
never what the answer says of itself.
"""

from collections.abc import Mapping

ASK = "cestmoiou.ask"  # the bot, to all agents
ROLL_CALL = "cestmoiou.roll"  # the bot, to all agents: tell that you are there
ALL_HERE = "cestmoiou.here.*"


def ask_of(name: str) -> str:
    """Where the bot asks one agent."""
    return f"{ASK}.{name}"


def stop_of(name: str) -> str:
    """Where the bot's operator tells an agent to end."""
    return f"cestmoiou.stop.{name}"


def here_of(name: str) -> str:
    """Where an agent tells that it is there."""
    return f"cestmoiou.here.{name}"


def answer_of(name: str, request: str) -> str:
    """Where an agent answers a request."""
    return f"cestmoiou.said.{name}.{request}"


def answers_of(name: str) -> str:
    """All answers of one agent."""
    return f"cestmoiou.said.{name}.*"


def sender_of(subject: str) -> str:
    """The agent that spoke on `cestmoiou.here.NAME` or `cestmoiou.said.NAME.…`."""
    return subject.split(".")[2]


def request_of(subject: str) -> str:
    """The request that `cestmoiou.said.NAME.REQUEST` answers."""
    return subject.split(".")[3]


def permissions_of(name: str | None) -> Mapping[str, tuple[str, ...]]:
    """The subjects that a site may "publish" and "subscribe"; None is the bot."""
    if name is None:
        return {
            "publish": (ASK, ask_of("*"), stop_of("*"), ROLL_CALL),
            "subscribe": (ALL_HERE, answers_of("*")),
        }
    return {
        "publish": (here_of(name), answers_of(name)),
        "subscribe": (ASK, ask_of(name), stop_of(name), ROLL_CALL),
    }
