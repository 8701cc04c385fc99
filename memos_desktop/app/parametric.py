"""What this version does with parametric memory. The one place that says so: everybody else asks here."""


def obstacle() -> str:
    """Why memory cannot become part of a model's weights, or be read out of them; empty where it can."""
    return "training is not part of this version, so memory is neither put into adapters nor read back from them"


def hint() -> str:
    """What to do instead."""
    return "Keep it ready as KV instead."
