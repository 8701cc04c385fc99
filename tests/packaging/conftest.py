"""Makes the scripts of `packaging/` importable: they are no package, so that they run without any setup."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))
