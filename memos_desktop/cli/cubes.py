"""`cubes`: look at memories, and change them; each verb that changes is one journal step."""

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from memos_desktop.cli.arguments import MINUS
from memos_desktop.cli.context import Context
from memos_desktop.cli.history import step_document
from memos_desktop.cli.memory import moment
from memos_desktop.cli.output import Answer, changes_document, changes_text, fields, iso, short_time, size_words, table
from memos_desktop.cli.parsing import UsageError
from memos_desktop.ids import now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.cube import Cube, CubeFilter
from memos_desktop.memory.filter import both, parse
from memos_desktop.memory.heat import heat
from memos_desktop.memory.word_diff import Change

if TYPE_CHECKING:
    from memos_desktop.app.activation_views import FormRow
    from memos_desktop.app.library import CubeDetails
    from memos_desktop.memory.use import Use

    Apply = Callable[[tuple[str, ...]], Future[Changes]]

SIGNS = {Change.SAME: "{}", Change.ADDED: "[+{}+]", Change.REMOVED: "[-{}-]"}


def list_cubes(arguments: argparse.Namespace, context: Context) -> Answer:
    """One page of the browser's list."""
    options = CubeFilter(
        kind=arguments.kind,
        state=arguments.state,
        type=arguments.type,
        tag=arguments.tag,
        project=arguments.project,
        binned=arguments.bin,
    )
    wanted = both(parse(arguments.text), options)
    if arguments.saved is not None:
        wanted = both(parse(context.workspace.saved_filters.find(arguments.saved).text), wanted)
    sort, descending = arguments.sort, not arguments.ascending
    page = context.workspace.library.page(wanted, arguments.offset, arguments.limit, sort, descending).result()
    rows = [(c.id, short_time(c.time), c.descriptive.type, c.state, _marks(c), c.title) for c in page.cubes]
    head = f"{page.total} {'memory' if page.total == 1 else 'memories'}"
    if len(rows) < page.total:
        head += f", {len(rows)} shown"
    text = (
        f"{head}\n{table(('ID', 'TIME', 'TYPE', 'STATE', 'MARKS', 'TITLE'), rows)}"
        if rows
        else "No memory fits."
    )
    return Answer({"cubes": [_row(cube) for cube in page.cubes], "total": page.total}, text)


def show(arguments: argparse.Namespace, context: Context) -> Answer:
    """Header, payload, versions, lineage, journal, KV forms and latest uses of one cube."""
    library = context.workspace.library
    details = library.details(arguments.id).result()
    cube = library.cube(details.cube.id, arguments.version).result() if arguments.version else details.cube
    forms = [_form(form) for form in context.workspace.activation.forms(cube.id).result()]
    document = {
        "cube": cube_document(cube),
        "versions": [_version(version) for version in details.versions],
        "parents": [_row(parent) for parent in details.parents],
        "children": [_row(child) for child in details.children],
        "journal": [step_document(step) for step in details.steps],
        "forms": forms,
        "uses": [_use(use) for use in library.uses(cube.id).result()],
    }
    return Answer(document, _page(cube, details, forms))


def edit(arguments: argparse.Namespace, context: Context) -> Answer:
    """A new version with another text, title, type or time."""
    given = {name: getattr(arguments, name) for name in ("text", "title", "type", "event_time")}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        raise UsageError(
            "usage: memos-desktop cubes edit ID --text T\nName what to change: --text, --title, --type or --time."
        )
    if "event_time" in given:
        given["event_time"] = moment(arguments.event_time)
    library = context.workspace.library
    cube = library.cube(arguments.id).result()
    changed = library.revise(
        cube.id, **given, expected_version=arguments.expect_version, reason=arguments.reason
    ).result()
    return _revised(cube.id, changed, context)


def tag(arguments: argparse.Namespace, context: Context) -> Answer:
    """Add and remove tags of one or several cubes."""
    words: list[str] = arguments.ids
    ids = tuple(word for word in words if not word.startswith(("+", MINUS)))
    add = tuple(word[1:] for word in words if word.startswith("+"))
    remove = tuple(word[1:] for word in words if word.startswith(MINUS))
    if not ids or not (add or remove) or not all((*add, *remove)):
        raise UsageError(
            "usage: memos-desktop cubes tag ID +TAG -TAG\nName a memory, and at least one +TAG or -TAG."
        )
    return _change(ids, context, lambda found: context.workspace.library.tag(found, add=add, remove=remove))


def pin(arguments: argparse.Namespace, context: Context) -> Answer:
    """Keep cubes always in the context."""
    return _change(arguments.ids, context, lambda ids: context.workspace.library.pin(ids, True))


def unpin(arguments: argparse.Namespace, context: Context) -> Answer:
    """Let cubes be recalled like any other."""
    return _change(arguments.ids, context, lambda ids: context.workspace.library.pin(ids, False))


def freeze(arguments: argparse.Namespace, context: Context) -> Answer:
    """Forbid changes."""
    return _change(arguments.ids, context, lambda ids: context.workspace.library.freeze(ids, True))


def unfreeze(arguments: argparse.Namespace, context: Context) -> Answer:
    """Allow changes again."""
    return _change(arguments.ids, context, lambda ids: context.workspace.library.freeze(ids, False))


def archive(arguments: argparse.Namespace, context: Context) -> Answer:
    """Keep cubes, but out of recall."""
    return _change(arguments.ids, context, context.workspace.library.archive)


def restore(arguments: argparse.Namespace, context: Context) -> Answer:
    """Bring cubes back from the bin if they are there, else from the archive; or the words of an old version."""
    if arguments.version is not None:
        return _restore_version(arguments, context)
    return _change(arguments.ids, context, context.workspace.library.bring_back)


def confirm(arguments: argparse.Namespace, context: Context) -> Answer:
    """Agree to what a rule proposed."""
    return _change(arguments.ids, context, context.workspace.library.confirm)


def diff(arguments: argparse.Namespace, context: Context) -> Answer:
    """What turns one version of a cube into another, word by word."""
    library = context.workspace.library
    after = library.cube(arguments.id, arguments.until).result()
    since = arguments.since if arguments.since is not None else max(1, after.version - 1)
    before = library.cube(after.id, since).result()
    pieces = context.workspace.inspection.diff(before.text, after.text).result()
    document = {
        "id": after.id,
        "from": before.version,
        "to": after.version,
        "titles": [before.title, after.title],
        "diff": [{"change": piece.change.value, "text": piece.text} for piece in pieces],
    }
    shown = "".join(SIGNS[piece.change].format(piece.text) for piece in pieces)
    return Answer(document, shown if before.text != after.text else "The text is the same.")


def delete(arguments: argparse.Namespace, context: Context) -> Answer:
    """Move cubes to the bin."""
    return _change(arguments.ids, context, context.workspace.library.bin)


def _change(ids: "tuple[str, ...] | list[str]", context: Context, change: "Apply") -> Answer:
    """Apply a change to cubes that are named by id or by the unique beginning of one."""
    found = tuple(context.workspace.library.cube(one).result().id for one in ids)
    changes = change(found).result()
    return Answer({"changes": changes_document(changes)}, changes_text(changes))


def _restore_version(arguments: argparse.Namespace, context: Context) -> Answer:
    """A new version that says what an old one said; the versions in between stay."""
    if len(arguments.ids) != 1:
        raise UsageError("usage: memos-desktop cubes restore ID --version N\nA version is of one memory. Name one.")
    library = context.workspace.library
    now, old = (library.cube(arguments.ids[0], version).result() for version in (None, arguments.version))
    changes = library.revise(
        now.id,
        text=old.text,
        title=old.title,
        type=old.descriptive.type,
        expected_version=now.version,
        reason=f"Restored from version {old.version}",
    ).result()
    return _revised(now.id, changes, context)


def _revised(id: str, changes: Changes, context: Context) -> Answer:
    now = context.workspace.library.cube(id).result()
    document = {"changes": changes_document(changes), "id": now.id, "version": now.version}
    return Answer(document, changes_text(changes))


def _row(cube: Cube) -> dict[str, Any]:
    """What `cubes list` tells of a cube."""
    return {
        "id": cube.id,
        "title": cube.title,
        "kind": cube.kind.value,
        "type": cube.descriptive.type.value,
        "state": cube.state.value,
        "frozen": cube.frozen,
        "pinned": cube.pinned,
        "tags": list(cube.tags),
        "uses": cube.behaviour.uses,
        "heat": round(heat(cube.behaviour, now()), 4),
        "created": iso(cube.created),
        "version": cube.version,
        "bytes": cube.payload.bytes,
    }


def cube_document(cube: Cube) -> dict[str, Any]:
    """The whole header and the payload."""
    described, rules = cube.descriptive, cube.governance
    source = described.source
    return {
        **_row(cube),
        "text": cube.text,
        "time": iso(cube.time),
        "changed": iso(cube.changed),
        "event_time": iso(described.event_time),
        "origin": described.origin.value,
        "speaker": described.speaker,
        "source": {
            "chat_id": source.chat_id,
            "message_id": source.message_id,
            "start": source.start,
            "end": source.end,
            "file": source.file,
        },
        "last_used": iso(cube.behaviour.last_used),
        "binned": iso(cube.binned),
        "parents": list(cube.parents),
        "governance": {
            "owner": rules.owner,
            "scope": rules.scope.value,
            "project": rules.project,
            "access": rules.access.value,
            "expires": iso(rules.expires),
            "priority": rules.priority,
            "sensitivity": rules.sensitivity.value,
            "watermark": rules.watermark,
            "proposed": rules.proposed,
            "valid_to": iso(rules.valid_to),
            "superseded_by": rules.superseded_by,
        },
    }


def _version(cube: Cube) -> dict[str, Any]:
    return {
        "version": cube.version,
        "changed": iso(cube.changed),
        "actor": cube.actor,
        "reason": cube.reason,
        "title": cube.title,
        "text": cube.text,
    }


def _form(form: "FormRow") -> dict[str, Any]:
    """One model's KV state of a memory."""
    return {
        "id": form.state_id,
        "model": form.model,
        "tokens": form.tokens,
        "bytes": form.bytes,
        "last_used": iso(form.last_used),
        "state": form.readiness.value,
        "reason": form.reason,
    }


def _use(use: "Use") -> dict[str, Any]:
    return {
        "time": iso(use.time),
        "version": use.version,
        "form": use.form.value,
        "tokens": use.tokens,
        "chat": use.chat_id,
    }


def _marks(cube: Cube) -> str:
    marks = (("pinned", cube.pinned), ("frozen", cube.frozen), ("proposed", cube.governance.proposed))
    return ",".join(name for name, on in marks if on)


def _page(cube: Cube, details: "CubeDetails", forms: Sequence[dict[str, Any]]) -> str:
    """One cube for people to read."""
    header = fields(
        [
            ("id", cube.id),
            ("title", cube.title),
            ("type", f"{cube.descriptive.type}, {cube.kind}, {size_words(cube.payload.bytes)}"),
            ("state", ", ".join(part for part in (cube.state.value, _marks(cube)) if part)),
            ("version", f"{cube.version} of {len(details.versions)}"),
            ("time", short_time(cube.time)),
            ("origin", cube.descriptive.origin.value),
            ("tags", ", ".join(cube.tags) or "none"),
            ("used", f"{cube.behaviour.uses} times"),
            *((f"as KV, {one['model']}", f"{one['tokens']:,} tokens, {one['state']}") for one in forms),
        ]
    )
    steps = [(step.id, short_time(step.time), step.actor, step.label) for step in details.steps]
    history = table(("STEP", "TIME", "BY", "WHAT"), steps) if steps else ""
    return "\n\n".join(part for part in (header, cube.text, history) if part)
