"""Bundles that must be refused whole, each wrong in one way. `KINDS` gives a maker and what the refusal says."""

import hostile_files
import hostile_lines
from hostile_drafts import FIRST, KINDS, SECOND, THIRD, Draft, head, member, sound, version

__all__ = ["FIRST", "KINDS", "SECOND", "THIRD", "Draft", "head", "member", "sound", "version"]
assert hostile_files and hostile_lines  # they register their kinds
