"""Models in words. Knows nothing of Qt."""

from memos_desktop.engine.base import ModelInfo
from memos_desktop.ui.cubes.words import path_text, size

FITS = {
    "fits": ("Fits this computer", "muted", "check"),
    "tight": ("Tight: close other programs first", "warning", "warning"),
    "too large": ("Too large for this computer", "danger", "danger"),
}
"""For each verdict of the hardware check: words, token, icon."""


def parameters(count: int) -> str:
    """A number of weights as model names say it: `135 M`, `1.5 B`; empty for 0."""
    if count >= 1_000_000_000:
        return f"{count / 1e9:.1f} B parameters"
    return f"{count / 1e6:.0f} M parameters" if count else ""


def facts(info: ModelInfo) -> tuple[tuple[str, str], ...]:
    """What is known of a loaded model: names and values."""
    layers = f", {info.gpu_layers} layers on it" if info.gpu_layers else ""
    lines = [
        ("Size", f"{size(info.size)}, {parameters(info.parameters)}".removesuffix(", ")),
        ("Context", f"{info.context_length:,} tokens (trained with {info.trained_context:,})"),
        ("Runs on", f"{info.device}{layers}"),
        ("Backend", f"{info.backend}, architecture {info.architecture}"),
        ("File", path_text(info.path)),
        ("SHA-256", info.sha256),
    ]
    if info.device_note:
        lines.insert(3, ("Note", info.device_note))
    return tuple(lines)
