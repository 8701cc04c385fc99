"""Between rows and values: a cube, a chat or a message, as the tables hold it and as the program sees it."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from memos_desktop.ids import format_time, parse_time
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import (
    Access,
    ActivationPayload,
    Behaviour,
    BlobPayload,
    Cube,
    Descriptive,
    Governance,
    Kind,
    Origin,
    Payload,
    Scope,
    SemanticType,
    Sensitivity,
    Source,
    State,
    TextPayload,
)
from memos_desktop.memory.heat import warmth
from memos_desktop.memory.message import Attachment, Chat, Finish, MemoryMode, Message, Role
from memos_desktop.memory.use import Use

Row = dict[str, Any]

# A cube is read with its head as c and one of its versions as v.
CUBE_COLUMNS = (
    "c.*, v.version AS v_version, v.changed AS v_changed, v.kind AS v_kind, v.text, v.sha256, v.bytes,"
    " v.model_sha256, v.source_version, v.title AS v_title, v.type AS v_type, v.event_time, v.origin, v.source_chat,"
    " v.source_message, v.source_start, v.source_end, v.source_file, v.speaker, v.actor, v.reason"
)
CURRENT = "FROM cubes c JOIN versions v ON v.cube_id = c.id AND v.version = c.version"


def moment(value: datetime | None) -> str | None:
    """A time for a column, or None."""
    return None if value is None else format_time(value)


def time_of(value: str | None) -> datetime | None:
    """A time from a column, or None."""
    return None if value is None else parse_time(value)


def governance_columns(governance: Governance) -> Row:
    """The columns of `cubes` that hold the governance header."""
    return {
        "owner": governance.owner,
        "scope": governance.scope.value,
        "project": governance.project,
        "access": governance.access.value,
        "expires": moment(governance.expires),
        "priority": governance.priority,
        "sensitivity": governance.sensitivity.value,
        "watermark": governance.watermark,
        "proposed": int(governance.proposed),
        "valid_to": moment(governance.valid_to),
        "superseded_by": governance.superseded_by,
    }


def current_columns(cube: Cube) -> Row:
    """The columns of `cubes` that repeat the current version, for lists that sort and filter."""
    return {
        "version": cube.version,
        "changed": format_time(cube.changed),
        "kind": cube.kind.value,
        "type": cube.descriptive.type.value,
        "title": cube.title,
        "time": format_time(cube.time),
    }


def cube_row(cube: Cube) -> Row:
    """The head row of a new cube, without what use has counted."""
    return {
        "id": cube.id,
        "created": format_time(cube.created),
        **current_columns(cube),
        "state": cube.state.value,
        "tags": tags_column(cube.tags),
        "parents": json.dumps(list(cube.parents)),
        "frozen": int(cube.frozen),
        "pinned": int(cube.pinned),
        "binned": moment(cube.binned),
        **governance_columns(cube.governance),
    }


def behaviour_columns(behaviour: Behaviour) -> Row:
    """The columns of `cubes` that hold what use has shown."""
    return {
        "uses": behaviour.uses,
        "last_used": moment(behaviour.last_used),
        "heat": behaviour.heat,
        "warmth": warmth(behaviour.heat, behaviour.last_used),
    }


def tags_column(tags: tuple[str, ...]) -> str:
    """Tags in order, each once."""
    return json.dumps(list(dict.fromkeys(tags)), ensure_ascii=False)


def version_row(cube: Cube) -> Row:
    """The row of this version of a cube."""
    payload, descriptive, source = cube.payload, cube.descriptive, cube.descriptive.source
    return {
        "id": f"{cube.id}@{cube.version}",
        "cube_id": cube.id,
        "version": cube.version,
        "changed": format_time(cube.changed),
        "kind": cube.kind.value,
        "text": None if isinstance(payload, BlobPayload) else payload.text,
        "sha256": payload.sha256 if isinstance(payload, BlobPayload) else None,
        "bytes": payload.bytes,
        "model_sha256": None if isinstance(payload, TextPayload) else payload.model_sha256,
        "source_version": payload.source_version if isinstance(payload, ActivationPayload) else None,
        "title": descriptive.title,
        "type": descriptive.type.value,
        "event_time": moment(descriptive.event_time),
        "origin": descriptive.origin.value,
        "source_chat": source.chat_id,
        "source_message": source.message_id,
        "source_start": source.start,
        "source_end": source.end,
        "source_file": source.file,
        "speaker": descriptive.speaker,
        "actor": cube.actor,
        "reason": cube.reason,
    }


def cube_of(row: Any) -> Cube:
    """A cube from a row of CUBE_COLUMNS."""
    return Cube(
        id=row["id"],
        version=row["v_version"],
        created=parse_time(row["created"]),
        changed=parse_time(row["v_changed"]),
        payload=_payload_of(row),
        descriptive=_descriptive_of(row),
        governance=_governance_of(row),
        behaviour=Behaviour(row["uses"], time_of(row["last_used"]), row["heat"]),
        state=State(row["state"]),
        tags=tuple(json.loads(row["tags"])),
        frozen=bool(row["frozen"]),
        pinned=bool(row["pinned"]),
        binned=time_of(row["binned"]),
        parents=tuple(json.loads(row["parents"])),
        actor=row["actor"],
        reason=row["reason"],
    )


def source_of(row: Any) -> Source:
    """Where a version comes from."""
    return Source(
        row["source_chat"], row["source_message"], row["source_start"], row["source_end"], row["source_file"]
    )


def _payload_of(row: Any) -> Payload:
    match Kind(row["v_kind"]):
        case Kind.PLAINTEXT:
            return TextPayload(row["text"])
        case Kind.ACTIVATION:
            return ActivationPayload(row["text"], row["bytes"], row["model_sha256"], row["source_version"])
        case Kind.PARAMETRIC:
            return BlobPayload(row["sha256"], row["bytes"], row["model_sha256"])


def _descriptive_of(row: Any) -> Descriptive:
    return Descriptive(
        title=row["v_title"],
        type=SemanticType(row["v_type"]),
        event_time=time_of(row["event_time"]),
        origin=Origin(row["origin"]),
        source=source_of(row),
        speaker=row["speaker"],
    )


def _governance_of(row: Any) -> Governance:
    return Governance(
        owner=row["owner"],
        scope=Scope(row["scope"]),
        project=row["project"],
        access=Access(row["access"]),
        expires=time_of(row["expires"]),
        priority=row["priority"],
        sensitivity=Sensitivity(row["sensitivity"]),
        watermark=row["watermark"],
        proposed=bool(row["proposed"]),
        valid_to=time_of(row["valid_to"]),
        superseded_by=row["superseded_by"],
    )


def chat_row(chat: Chat, import_key: str | None = None) -> Row:
    """The row of a chat."""
    return {
        "id": chat.id,
        "title": chat.title,
        "created": format_time(chat.created),
        "changed": format_time(chat.changed),
        "memory": chat.memory.value,
        "project": chat.project,
        "leaf_id": chat.leaf_id,
        "imported": int(chat.imported),
        "binned": moment(chat.binned),
        "import_key": import_key,
        "excluded": json.dumps(list(chat.excluded)),
    }


def chat_of(row: Any) -> Chat:
    """A chat from its row with `message_count`."""
    return Chat(
        id=row["id"],
        title=row["title"],
        created=parse_time(row["created"]),
        changed=parse_time(row["changed"]),
        memory=MemoryMode(row["memory"]),
        project=row["project"],
        leaf_id=row["leaf_id"],
        imported=bool(row["imported"]),
        binned=time_of(row["binned"]),
        message_count=row["message_count"],
        excluded=tuple(json.loads(row["excluded"])),
    )


def message_row(message: Message) -> Row:
    """The row of a message."""
    return {
        "id": message.id,
        "chat_id": message.chat_id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "speaker": message.speaker,
        "text": message.text,
        "created": format_time(message.created),
        "position": message.position,
        "finish": message.finish.value,
        "ref": message.ref,
        "caption": message.caption,
        "receipt": json.dumps(dict(message.receipt), ensure_ascii=False),
        "stats": json.dumps(dict(message.stats), ensure_ascii=False),
        "kept": int(message.kept),
        "attached": json.dumps([asdict(one) for one in message.attached]),
        "binned": moment(message.binned),
    }


def message_of(row: Any) -> Message:
    """A message from its row."""
    return Message(
        id=row["id"],
        chat_id=row["chat_id"],
        parent_id=row["parent_id"],
        role=Role(row["role"]),
        speaker=row["speaker"],
        text=row["text"],
        created=parse_time(row["created"]),
        position=row["position"],
        finish=Finish(row["finish"]),
        ref=row["ref"],
        caption=row["caption"],
        receipt=json.loads(row["receipt"]),
        stats=json.loads(row["stats"]),
        kept=bool(row["kept"]),
        attached=tuple(Attachment(**one) for one in json.loads(row["attached"])),
        binned=time_of(row["binned"]),
    )


def use_row(use: Use) -> Row:
    """The row of a use, without its number."""
    return {
        "cube_id": use.cube_id,
        "version": use.version,
        "time": format_time(use.time),
        "form": use.form.value,
        "tokens": use.tokens,
        "chat_id": use.chat_id,
        "message_id": use.message_id,
    }


def use_of(row: Any) -> Use:
    """A use from its row."""
    form, time = Form(row["form"]), parse_time(row["time"])
    return Use(row["cube_id"], row["version"], time, form, row["tokens"], row["chat_id"], row["message_id"])
