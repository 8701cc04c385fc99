"""What a turn leaves in memory: the person's own statements, verbatim, with their source, as one undoable step.

Only what the person wrote is read, never an answer and never an injected memory.
"""

from dataclasses import replace

from memos_desktop.ids import new_id, now
from memos_desktop.memory import reader
from memos_desktop.memory.call import MemoryCall, Owner
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.contradiction import same, supersedes
from memos_desktop.memory.cube import (
    Cube,
    Descriptive,
    Governance,
    Origin,
    Scope,
    SemanticType,
    Source,
    TextPayload,
    title_of,
)
from memos_desktop.memory.message import Message
from memos_desktop.memory.time_window import find_date
from memos_desktop.vault.vault import Vault

LOOK_AT = 20
"""How many similar memories a new one is compared with."""


def memorize(vault: Vault, message: Message, project: str | None) -> tuple[Changes, tuple[Cube, ...]]:
    """Keep what `message` states. Returns the changes and the new cubes; nothing where nothing is new.

    A statement that stands in memory word for word is not kept twice; one that gives a new value to a
    single-valued fact closes the old one (`superseded_by`, `valid_to`).
    """
    kept: list[Cube] = []
    proposals = reader.propose(message.text)
    if not proposals:
        return Changes(), ()
    with vault.step(_label(proposals), actor="memos", reason="said in a chat") as step:
        for proposal in proposals:
            similar = _similar(vault, proposal.text, project)
            if any(same(proposal.text, cube.text) for cube in similar):
                continue
            cube = _cube(message, proposal, project)
            vault.cubes.add(cube, actor="memos", reason=proposal.why)
            kept.append(cube)
            for old in similar:
                if not old.frozen and supersedes(proposal.text, old.text):
                    closed = replace(old.governance, valid_to=cube.created, superseded_by=cube.id)
                    vault.cubes.update([old.id], "Supersede", actor="memos", governance=closed)
    return (step.changes, tuple(kept)) if kept else (Changes(), ())


def _label(proposals: tuple[reader.Proposal, ...]) -> str:
    first = title_of(proposals[0].text, 40)
    return f"Remember “{first}”" if len(proposals) == 1 else f"Remember {len(proposals)} statements"


def _similar(vault: Vault, text: str, project: str | None) -> list[Cube]:
    found = vault.search.candidates(MemoryCall(text, project=project), None, [], LOOK_AT)
    ids = dict.fromkeys(c.owner_id for c in found if c.owner is Owner.CUBE and not c.superseded)
    return [vault.cubes.get(id) for id in ids]


def _cube(message: Message, proposal: reader.Proposal, project: str | None) -> Cube:
    moment = now()
    event = find_date(proposal.text, message.created) if proposal.type is SemanticType.EVENT else None
    return Cube(
        id=new_id(),
        version=1,
        created=moment,
        changed=moment,
        payload=TextPayload(proposal.text),
        descriptive=Descriptive(
            title=title_of(proposal.text),
            type=proposal.type,
            event_time=event,
            origin=Origin.SAID,
            source=Source(message.chat_id, message.id, proposal.start, proposal.end),
            speaker=message.speaker,
        ),
        governance=Governance(
            sensitivity=proposal.sensitivity,
            proposed=proposal.pinned,
            project=project,
            scope=Scope.PROJECT if project else Scope.PRIVATE,
        ),
        pinned=proposal.pinned,
        actor="memos",
        reason=proposal.why,
    )
