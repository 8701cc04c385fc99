"""The cubes of a bundle beside those of the vault: new, the same, or others under the same id."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from memos_desktop.memory.bundle import Chain
from memos_desktop.memory.bundle_import import BundleConflict, Clash, compare
from memos_desktop.memory.bundle_text import copied_id
from memos_desktop.memory.cube import Cube, Kind
from memos_desktop.memory.governance import Action, may_change
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_reader import BundleReader, Outline
from memos_desktop.vault.bundle_source import AT_ONCE, chains, there
from memos_desktop.vault.database import Database


@dataclass
class Comparison:
    """What was found.

    Attributes:
        new: ids that are not here.
        same: ids that an import would not change.
        conflicts: those that are here and others.
        copies: for each conflict, the id that a copy gets.
        renamed: ids whose copy is here from an earlier import: whatever names them means the copy.
        copied: those of `renamed` whose copy was changed since, so that they are conflicts still.

    """

    new: set[str] = field(default_factory=set)
    same: set[str] = field(default_factory=set)
    conflicts: dict[str, BundleConflict] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    copied: set[str] = field(default_factory=set)


def compared(database: Database, bundle: BundleReader, outline: Outline, progress: Progress) -> Comparison:
    """Compare them all. Raises BundleError where an id belongs to something else here, and Cancelled."""
    here = there(database, "cubes", outline.ids)
    for table, thing in (("messages", "message"), ("chats", "chat")):
        if taken := there(database, table, outline.ids):
            raise bundle.refused(f"a memory in it has the id {min(taken)}, which is that of a {thing} here")
    result = Comparison(new=set(outline.ids) - here)
    waiting: list[Chain] = []
    for number, theirs in enumerate(bundle.chains() if here else (), 1):
        progress.update(number, len(outline.ids), "Comparing with what is here")
        if theirs.id in here:
            waiting.append(theirs)
        if len(waiting) == AT_ONCE:
            _look(database, result, waiting)
            waiting.clear()
    _look(database, result, waiting)
    _settle(result)
    return result


def _look(database: Database, result: Comparison, waiting: Sequence[Chain]) -> None:
    """Compare some cubes with those of the same id here, and with their copies from earlier imports."""
    here = {chain.id: chain for chain in chains(database, [theirs.id for theirs in waiting])}
    differing: list[Chain] = []
    for theirs in waiting:
        mine = here[theirs.id]
        clash = compare(mine, theirs)
        if clash is None:
            result.same.add(theirs.id)
        else:
            result.conflicts[theirs.id] = BundleConflict(theirs.id, clash, mine.cube, theirs.cube, _fixed(mine.cube))
            result.copies[theirs.id] = copied_id(theirs)
            differing.append(theirs)
    copies = {chain.id: chain for chain in chains(database, [result.copies[theirs.id] for theirs in differing])}
    for theirs in differing:
        if (copy := copies.get(result.copies[theirs.id])) is None:
            continue
        result.renamed[theirs.id] = copy.id
        if not _is_copy(copy, theirs):
            result.copied.add(theirs.id)


def _is_copy(copy: Chain, theirs: Chain) -> bool:
    """Whether it is as an import made it. What its parents are called was decided then."""
    head = copy.cube
    above = replace(theirs.cube.governance, superseded_by=head.governance.superseded_by)
    named = (replace(cube, id=copy.id, parents=head.parents, governance=above) for cube in theirs.versions)
    return compare(copy, Chain(tuple(named))) is None


def _settle(result: Comparison) -> None:
    """What has an unchanged copy is no conflict any more; nor is what differs in naming the copies alone."""
    for id, conflict in tuple(result.conflicts.items()):
        if id not in result.renamed or id in result.copied:
            others = Chain((conflict.theirs,)).renamed({k: v for k, v in result.renamed.items() if k != id})
            if conflict.clash is not Clash.HEADER or compare(Chain((conflict.here,)), others):
                continue
        del result.conflicts[id], result.copies[id]
        result.same.add(id)


def _fixed(mine: Cube) -> str:
    """Why a cube that is here cannot be replaced, or the empty string."""
    if mine.frozen:
        return "it is frozen here"
    if not may_change(Action.EDIT, replace(mine, binned=None)):
        return "it is read only here"
    if mine.kind is Kind.ACTIVATION:
        return "it is made from a text; keep that ready again instead"
    return ""
