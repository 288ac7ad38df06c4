"""Export a trained tagger for the run time: int8 ONNX, linker weights, tokenizer.

    python -m training.export RUN/model.pt [RUN/model.pt ...] --init MINILM_FOLDER --out extractors/weights

Of several models of one line of training the mean of the weights is exported. Writes attributions.onnx (dynamic
quantisation, weights per channel in seven bits: processors without VNNI saturate on eight), attributions.npz (what
decoding needs; `--bias` goes there) and tokenizer.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch

from training.model import Config, Tagger
from training.train import linker_arrays


def load_model(*paths: Path) -> Tagger:
    """Load the model that train.py saved; of several, one with the mean of their weights."""
    saved = [torch.load(path, weights_only=True) for path in paths]
    mean = {k: sum(s["state"][k] for s in saved) / len(saved) for k in saved[0]["state"]}
    model = Tagger(Config(**saved[0]["config"]))
    model.load_state_dict(model.state_dict() | mean)
    model.eval()
    return model


def to_onnx(model: Tagger, path: Path) -> None:
    """Write the part that runs on every piece as fp32 ONNX with free batch and length."""
    shape = (2, 40)
    example = (
        torch.randint(1000, 20000, shape),
        torch.zeros(shape, dtype=torch.int64),
        torch.ones(shape, dtype=torch.int64),
    )
    axes = {0: "windows", 1: "pieces"}
    names = ["pieces", "features", "mask", "cue", "key", "query"]
    with torch.inference_mode():
        torch.onnx.export(
            model,
            example,
            str(path),
            input_names=names[:3],
            output_names=names[3:],
            dynamic_axes=dict.fromkeys(names, axes),
            opset_version=17,
            dynamo=False,
        )


def quantize(source: Path, target: Path) -> None:
    """Quantise matrix products and the word embedding to int8."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = source.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(str(prepared), str(target), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("model", type=Path, nargs="+")
    ap.add_argument("--init", type=Path, required=True, help="folder with the tokenizer.json used in training")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--bias", type=float, nargs=3, default=(0.0, 0.0, 0.0), metavar=("CUE", "SOURCE", "CONTENT"))
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    model = load_model(*args.model)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        to_onnx(model, full)
        quantize(full, args.out / "attributions.onnx")
    np.savez_compressed(args.out / "attributions.npz", allow_pickle=False, **linker_arrays(model, args.bias))
    tokenizer = json.loads((args.init / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (args.out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    for path in sorted(args.out.iterdir()):
        print(f"{path.name} {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
