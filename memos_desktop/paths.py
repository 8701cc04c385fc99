"""Where things lie: one data folder, and inside it a fixed place for each thing."""

import os
from dataclasses import dataclass
from pathlib import Path

APP_NAME = "MemOS Desktop"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder and the places in it. Nothing is created by asking."""

    root: Path

    @classmethod
    def default(cls) -> "DataFolder":
        """`$MEMOS_DATA_DIR`, or the platform's folder for user data."""
        if chosen := os.environ.get("MEMOS_DATA_DIR"):
            return cls(Path(chosen))
        import platformdirs

        return cls(Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)))

    @property
    def database(self) -> Path:
        """The SQLite file: the truth."""
        return self.root / "vault.sqlite3"

    @property
    def blobs(self) -> Path:
        """Adapters, named by content hash."""
        return self.root / "blobs"

    @property
    def states(self) -> Path:
        """Kept KV states. All of it can be made again."""
        return self.root / "states"

    @property
    def measured(self) -> Path:
        """What was measured of the models on this computer, as JSON."""
        return self.root / "measured.json"

    @property
    def index(self) -> Path:
        """The rebuildable Chroma folder."""
        return self.root / "index"

    @property
    def models(self) -> Path:
        """Downloaded model files."""
        return self.root / "models"

    @property
    def backups(self) -> Path:
        """Copies of the database, made before migrations and on request."""
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def forgetting(self) -> Path:
        """What is to be forgotten and is not yet gone everywhere, as JSON that holds ids only."""
        return self.root / "forgetting.json"

    @property
    def settings(self) -> Path:
        """The settings, as JSON."""
        return self.root / "settings.json"

    @property
    def lock(self) -> Path:
        """Held by the process that uses the folder."""
        return self.root / "lock"


def resources() -> Path:
    """The folder with icons, prompts and the model catalogue, from source or packaged."""
    return Path(__file__).resolve().parent.parent / "resources"
