"""Run every benchmark of this folder, one after the other, each in a process of its own: ``python -m benchmarks``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Print what each benchmark prints; the exit code is the number of those that failed."""
    failed = 0
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        print(f"== {path.stem}", flush=True)
        failed += bool(subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"]).returncode)
    return failed


if __name__ == "__main__":
    sys.exit(main())
