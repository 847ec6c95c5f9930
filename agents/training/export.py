"""Writes a trained model as the judge runs it: ONNX, eight bits a weight, per channel.

    python -m agents.training.export --run RUN_DIR --base MODEL_DIR --out agents/model

Several runs from the same beginning, with other seeds, are averaged weight by weight. What each
reading of the model counts is fitted afterwards, by `agents.training.weigh`.
"""

import argparse
import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoConfig, AutoModel

from agents.readings import Weights
from agents.training.encoder import CrossEncoder
from agents.training.seal import seal

_UNFITTED: Final = Weights(whole=1, words=0, offset=0, agreement=1)
"""Until `agents.training.weigh` has fitted them."""


def main() -> None:
    """Exports, quantises, and says how large the file is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, action="append", help="its checkpoints")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep-float", type=Path, help="also write the model as it was trained")
    asked = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    model = averaged(asked.run, asked.base)
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "float.onnx"
        export(model, whole)
        quantize_dynamic(
            whole,
            asked.out / "model.onnx",
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
        if asked.keep_float:
            shutil.copy(whole, asked.keep_float)
    shutil.copy(asked.base / "tokenizer.json", asked.out / "tokenizer.json")
    seal(asked.out, _UNFITTED)
    print(f"{(asked.out / 'model.onnx').stat().st_size / 1e6:.1f} MB")


def averaged(runs: Sequence[Path], base: Path) -> CrossEncoder:
    """The model of the last checkpoints of all runs: the mean of each weight."""
    config = AutoConfig.from_pretrained(base)
    model = CrossEncoder(AutoModel.from_config(config, attn_implementation="eager"))
    last = [torch.load(run / "last.pt", weights_only=True, map_location="cpu") for run in runs]
    weights = [one["model"] for one in last]
    model.load_state_dict(
        {name: sum(one[name] for one in weights) / len(weights) for name in weights[0]}
    )
    model.eval()
    return model


def export(model: CrossEncoder, path: Path) -> None:
    """Writes the model with free batch and length."""
    ids = torch.randint(1000, 2000, (2, 24))
    free = {0: "pairs", 1: "tokens"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(path),
        input_names=names,
        output_names=["logits"],
        dynamic_axes=dict.fromkeys(names, free) | {"logits": {0: "pairs"}},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
