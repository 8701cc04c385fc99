"""MemLifecycle (MemOS, section 5.4): the one table of transitions, and what triggers each."""

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Cube, State

TRANSITIONS: dict[tuple[State, str], State] = {
    (State.GENERATED, "use"): State.ACTIVATED,
    (State.GENERATED, "archive"): State.ARCHIVED,
    (State.ACTIVATED, "archive"): State.ARCHIVED,
    (State.MERGED, "archive"): State.ARCHIVED,
    (State.ARCHIVED, "restore"): State.GENERATED,
    (State.EXPIRED, "restore"): State.GENERATED,
    (State.MERGED, "restore"): State.GENERATED,
    (State.GENERATED, "fuse"): State.MERGED,
    (State.ACTIVATED, "fuse"): State.MERGED,
    (State.GENERATED, "expire"): State.EXPIRED,
    (State.ACTIVATED, "expire"): State.EXPIRED,
    (State.ARCHIVED, "expire"): State.EXPIRED,
}
"""(state, trigger) → state. What is not here cannot happen."""


def after(cube: Cube, trigger: str) -> State:
    """The state of `cube` after `trigger`. Raises UserError where the table has no such transition."""
    if cube.frozen:
        raise UserError(f"“{cube.title}” is frozen and stays as it is.", "Unfreeze it first.")
    found = TRANSITIONS.get((cube.state, trigger))
    if found is None:
        raise UserError(f"“{cube.title}” is {cube.state.value}; it is not possible to {trigger} it.")
    return found


def restored(cube: Cube) -> State:
    """The state a cube comes back to: activated where it has been used before."""
    state = after(cube, "restore")
    return State.ACTIVATED if state is State.GENERATED and cube.behaviour.uses else state
