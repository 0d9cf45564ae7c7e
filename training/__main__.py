"""Learn anew what posts mean: scripts/train writes bot/understanding/model.tsv from the posts of this project."""

import sys
from pathlib import Path

from bot.catalogue import read_catalogue
from training.making import make_model
from training.posts import all_examples, digest

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "bot" / "understanding" / "model.tsv"


def main() -> int:
    """Write the model, and say how large it is."""
    folder = ROOT / "config" / "platforms"
    catalogue = read_catalogue({file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.toml"))})
    examples = all_examples(catalogue)
    table = make_model(examples, digest())
    MODEL.write_text(table, "utf-8")
    print(f"{len(examples)} posts, {table.count(chr(10)) - 1} features, {len(table.encode()) // 1024} kB: {MODEL}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
