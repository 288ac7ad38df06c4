"""Sentence vectors: all-MiniLM-L6-v2, int8, through onnxruntime.

They know the topic of a text, not its side: "opposite" lies as close as "same". See weights/README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from extractors.sessions import session, tokenizer

SIZE = 384
LONGEST = 128  # word pieces; the model was trained on no more

Vectors = npt.NDArray[np.float32]


def embed(texts: Sequence[str]) -> Vectors:
    """Return one L2-normalised vector per text: (len(texts), 384), so that `a @ b.T` are cosines.

    A text gets the same vector whatever stands beside it: each is run by itself, because the scales of
    dynamic quantisation would otherwise depend on the batch.
    """
    if not texts:
        return np.zeros((0, SIZE), dtype=np.float32)
    return np.stack([_vector(" ".join(text.split())) for text in texts])


@lru_cache(maxsize=8192)
def _vector(text: str) -> Vectors:
    pieces = np.array([tokenizer().encode(text).ids], dtype=np.int64)
    if pieces.shape[1] > LONGEST:
        pieces = np.concatenate([pieces[:, : LONGEST - 1], pieces[:, -1:]], axis=1)
    (vectors,) = session("embeddings").run(None, {"pieces": pieces, "mask": np.ones_like(pieces)})
    vector: Vectors = vectors[0]
    vector.flags.writeable = False  # it is shared by all who ask for this text
    return vector
