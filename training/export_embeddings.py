"""Make extractors/weights/embeddings.onnx and tokenizer.json from all-MiniLM-L6-v2.

    python training/export_embeddings.py MODEL_DIR extractors/weights

MODEL_DIR holds the sentence-transformers files (model.safetensors, tokenizer.json, ...). The graph takes word pieces
and mask and gives sentence vectors: mean pooling and L2 norm are inside. All weight matrices, the embedding table too,
are int8 (dynamic quantisation); the script prints how far the int8 vectors are from the original ones.
Needs torch, transformers, onnx and onnxruntime, which the product itself does not.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import AutoModel

PROBES = (
    "The levy on imported steel should be lifted.",
    "Ministers refused to extend the moratorium on new drilling beyond next year.",
    "She said nurses deserve a pay rise that keeps up with prices.",
    "No.",
)


class SentenceEncoder(torch.nn.Module):
    """The encoder with mean pooling over the unmasked pieces and L2 norm."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, pieces: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=pieces, attention_mask=mask)[0]
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=-1)


def bare_tokenizer(path: Path) -> str:
    """Return tokenizer.json without its truncation and padding, which are the caller's business."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["truncation"] = content["padding"] = None
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def export(model: SentenceEncoder, target: Path) -> None:
    """Write `model` as int8 ONNX."""
    example = torch.ones((2, 8), dtype=torch.int64)
    axes = {"pieces": {0: "n", 1: "t"}, "mask": {0: "n", 1: "t"}, "vectors": {0: "n"}}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            model,
            (example, example),
            str(full),
            input_names=["pieces", "mask"],
            output_names=["vectors"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(full, target, weight_type=QuantType.QInt8, per_channel=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    model = SentenceEncoder(AutoModel.from_pretrained(args.model, attn_implementation="eager")).eval()
    tokenizer_file = args.out / "tokenizer.json"
    tokenizer_file.write_text(bare_tokenizer(args.model / "tokenizer.json"), encoding="utf-8")
    export(model, args.out / "embeddings.onnx")

    session = ort.InferenceSession(str(args.out / "embeddings.onnx"), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    for probe in PROBES:
        pieces = np.array([tokenizer.encode(probe).ids], dtype=np.int64)
        mask = np.ones_like(pieces)
        with torch.no_grad():
            full = model(torch.from_numpy(pieces), torch.from_numpy(mask)).numpy()[0]
        small = session.run(None, {"pieces": pieces, "mask": mask})[0][0]
        print(f"{float(full @ small):.4f}  {probe}")
    print(f"{(args.out / 'embeddings.onnx').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
