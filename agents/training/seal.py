"""The file beside a model that says how much each of its readings counts, and names both."""

import json
from dataclasses import asdict
from pathlib import Path

from agents.entailment import fingerprint
from agents.readings import Weights


def seal(folder: Path, weights: Weights) -> None:
    """Writes how much each reading counts, and the fingerprint by which the model is known."""
    name = fingerprint((folder / "model.onnx").read_bytes(), weights)
    told = {"fingerprint": name, "weights": asdict(weights)}
    (folder / "shipped.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
