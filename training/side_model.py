"""The cross-encoder behind extractors/sides.py: MPNet over proposition and passage, and a head on pooled words.

Method: one pass over both texts with an embedding of the role of every piece (proposition, content, cue, source);
proposition and content with cue are pooled by their means p and t, and a layer over [CLS], p, t, p*t and |p-t| gives
support, oppose and neither, and whether a side is a qualified one.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from onnx.external_data_helper import set_external_data
from torch import Tensor, nn

from extractors.sides import ROLES, SIDES
from training.mpnet import Mpnet

HIDDEN = 192
BLOCK, INT8_PRODUCTS = 128, 4
PART_BYTES, SMALL = 24_500_000, 4096
PROPOSITION, CONTENT, CUE = (ROLES.index(name) for name in ("proposition", "content", "cue"))


class SideReader(nn.Module):
    """Logits of SIDES and of "qualified", (batch, 4), from pieces, roles and mask."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Mpnet()
        config = self.encoder.config
        self.dropout = nn.Dropout(config.dropout)
        self.hidden = nn.Linear(5 * config.width, HIDDEN)
        self.out = nn.Linear(HIDDEN, len(SIDES) + 1)

    def forward(self, pieces: Tensor, roles: Tensor, mask: Tensor) -> Tensor:
        x = self.encoder(pieces, roles, mask)
        asked = _mean(x, roles == PROPOSITION)
        said = _mean(x, (roles == CONTENT) | (roles == CUE))
        pooled = torch.cat([x[:, 0], asked, said, asked * said, (asked - said).abs()], dim=1)
        out: Tensor = self.out(self.dropout(F.gelu(self.hidden(self.dropout(pooled)))))
        return out


def _mean(x: Tensor, where: Tensor) -> Tensor:
    weights = where.to(x.dtype)[:, :, None]
    return (x * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)


class _Single(nn.Module):
    """One passage at a time, without padding, as at run time."""

    def __init__(self, model: SideReader) -> None:
        super().__init__()
        self.model = model

    def forward(self, pieces: Tensor, roles: Tensor) -> Tensor:
        out: Tensor = self.model(pieces, roles, torch.ones_like(pieces))
        return out


def export(model: SideReader, path: Path) -> None:
    """Write the model as ONNX: products with weights of four bits in blocks, the embedding of words in eight.

    Eight bits for weights and activations alike, as the tagger has, cost 1.5 points of F1 here; this costs none. The
    weights go into files beside `path`, `sides-1.bin` and so on, none larger than PART_BYTES. Needs onnx_ir.
    """
    model.eval()
    full = path.with_suffix(".full.onnx")
    pieces = torch.randint(1000, 20000, (1, 40))
    with torch.inference_mode():
        torch.onnx.export(
            _Single(model),
            (pieces, torch.randint(0, len(ROLES), (1, 40))),
            str(full),
            input_names=["pieces", "roles"],
            output_names=["logits"],
            dynamic_axes={"pieces": {1: "length"}, "roles": {1: "length"}},
            opset_version=17,
            dynamo=False,
        )
    _in_parts(_quantized(full), path)
    full.unlink()


def _quantized(full: Path) -> onnx.ModelProto:
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared, words = full.with_suffix(".prepared.onnx"), full.with_suffix(".words.onnx")
    quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(str(prepared), str(words), weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
    settings = DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=True, accuracy_level=INT8_PRODUCTS, bits=4)
    products = MatMulNBitsQuantizer(onnx.load(words), algo_config=settings)
    products.process()
    prepared.unlink()
    words.unlink()
    model: onnx.ModelProto = products.model.model
    return model


def _in_parts(model: onnx.ModelProto, path: Path) -> None:
    """Write the graph to `path` and its weights to parts beside it, in their order."""
    part, filled = 1, 0
    for tensor in model.graph.initializer:
        size = len(tensor.raw_data)
        if size < SMALL:
            continue
        if filled + size > PART_BYTES:
            part, filled = part + 1, 0
        filled += size + SMALL  # each starts at a multiple of a page
        set_external_data(tensor, f"{path.stem}-{part}.bin")
    for old in path.parent.glob(f"{path.stem}-*.bin"):
        old.unlink()  # it would be added to
    onnx.save_model(model, str(path))
