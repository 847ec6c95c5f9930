"""Writes a trained model as the judge runs it: ONNX, eight bits a weight, per channel.

python -m agents.training.export --run RUN_DIR --base MODEL_DIR --out agents/model
"""

import argparse
import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertConfig, BertModel

from agents.training.train import CrossEncoder


def main() -> None:
    """Exports, quantises, and says how large the file is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep-float", type=Path, help="also write the model as it was trained")
    parser.add_argument("--temperature", type=float, default=1.0, help="logits are divided by it")
    asked = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    model = loaded(asked.run, asked.base)
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
    content = (asked.out / "model.onnx").read_bytes()
    name = hashlib.sha256(content + str(asked.temperature).encode()).hexdigest()[:12]
    shipped = {"fingerprint": name, "temperature": asked.temperature}
    (asked.out / "shipped.json").write_text(json.dumps(shipped) + "\n", encoding="utf-8")
    print(f"{len(content) / 1e6:.1f} MB, {name}")


def loaded(run: Path, base: Path) -> CrossEncoder:
    """The model of the last checkpoint."""
    config = BertConfig.from_pretrained(base, attn_implementation="eager")
    model = CrossEncoder(BertModel(config))
    kept = torch.load(run / "last.pt", weights_only=True, map_location="cpu")
    model.load_state_dict(kept["model"])
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
