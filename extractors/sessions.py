"""The models that come with the package, loaded once each: an onnxruntime session and the tokenizer that they share."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent / "weights"
THREADS = 2


@lru_cache(maxsize=8)
def session(name: str) -> onnxruntime.InferenceSession:
    """Return the session of `weights/<name>.onnx`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(WEIGHTS / f"{name}.onnx"), sess_options=options, providers=["CPUExecutionProvider"]
    )


@lru_cache(maxsize=1)
def tokenizer() -> Tokenizer:
    """Return the tokenizer of all models, without truncation and padding."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded
