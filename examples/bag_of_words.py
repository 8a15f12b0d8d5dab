"""A bag of words as a baseline for emotion labels: what must a language model beat?

    python examples/bag_of_words.py train.jsonl valid.jsonl > labels.jsonl
    kardia evaluate valid.jsonl --predictions labels.jsonl --split all

TF-IDF of the situation (or of the first seeker turn: --field first), logistic regression, both of scikit-learn. Writes
{id, label} for each dialogue of the second file, and prints scikit-learn's own accuracy and macro-F1 on stderr:
evaluate must show the same. Any rows with `emotion` and `situation` or `messages` will do. Needs
`pip install scikit-learn`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from kardia_cli.rows.records import row_id


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON lines file that have an emotion."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [row for row in found if row.get("emotion")]


def words(row: dict[str, Any], field: str) -> str:
    """What the seeker says of the situation, or in the first turn."""
    if field == "situation":
        return str(row.get("situation") or "")
    return next((str(turn["content"]) for turn in row["messages"] if turn["role"] == "user"), "")


def main() -> None:
    """Train on the first file, label the second."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.pipeline import make_pipeline

    parser = argparse.ArgumentParser(description="Label dialogues by a bag of words.")
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("--field", choices=("situation", "first"), default="situation")
    given = parser.parse_args()
    train, test = rows(given.train), rows(given.test)
    bag = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=1)
    model = make_pipeline(bag, LogisticRegression(C=10.0, max_iter=2000))
    model.fit([words(row, given.field) for row in train], [row["emotion"] for row in train])
    labels = [str(label) for label in model.predict([words(row, given.field) for row in test])]
    for row, label in zip(test, labels, strict=True):
        sys.stdout.write(json.dumps({"id": row_id(row), "label": label, "model": "bag of words"}) + "\n")
    gold = [row["emotion"] for row in test]
    accuracy, macro = accuracy_score(gold, labels), f1_score(gold, labels, average="macro", zero_division=0)
    sys.stderr.write(f"scikit-learn: accuracy {accuracy:.3f} ({accuracy!r}), macro-F1 {macro:.3f} ({float(macro)!r})\n")


if __name__ == "__main__":
    main()
