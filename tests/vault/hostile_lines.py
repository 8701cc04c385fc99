"""Bundles whose manifest, lines, versions or blobs are wrong."""

import hashlib
import json

from hostile_drafts import (
    EMPTY_SHA,
    FIRST,
    SECOND,
    THIRD,
    Draft,
    activation,
    field_kind,
    head,
    kind,
    line,
    version,
)

# The manifest


@kind("format version 2")
def later_format(draft: Draft) -> None:
    draft.manifest["version"] = 2


@kind("version")
def format_version_as_text(draft: Draft) -> None:
    draft.manifest["version"] = "1"


@kind("is no manifest of a bundle")
def other_format(draft: Draft) -> None:
    draft.manifest["format"] = "something"


@kind("unknown field")
def unknown_field_in_manifest(draft: Draft) -> None:
    draft.manifest["run"] = "rm"


@kind("members|another size")
def wrong_size_in_manifest(draft: Draft) -> None:
    draft.manifest["members"] = json.loads(draft.manifest_bytes())["members"]
    draft.manifest["members"][0]["bytes"] += 1


@kind("does not fit its hash")
def wrong_hash(draft: Draft) -> None:
    draft.manifest["members"] = json.loads(draft.manifest_bytes())["members"]
    draft.manifest["members"][1]["sha256"] = EMPTY_SHA


@kind("it counts 4 cubes, and 3 are in it")
def wrong_count(draft: Draft) -> None:
    draft.manifest["counts"] = {"cubes": 4, "versions": 4, "blobs": 0}


@kind("does not name cubes.jsonl once|names a member twice")
def member_named_twice(draft: Draft) -> None:
    members = json.loads(draft.manifest_bytes())["members"]
    draft.manifest["members"] = [*members, members[0]]


@kind("no name of a blob")
def blob_outside_its_folder(draft: Draft) -> None:
    members = json.loads(draft.manifest_bytes())["members"]
    blob = {"name": "../x.kv", "holds": "kv", "bytes": 0, "sha256": EMPTY_SHA, "cube": FIRST}
    draft.manifest |= {"members": [*members, blob], "counts": {"cubes": 3, "versions": 4, "blobs": 1}}


@kind("belongs to no cube of the bundle")
def blob_of_no_cube(draft: Draft) -> None:
    draft.blobs[f"blobs/{EMPTY_SHA}.adapter"] = (b"", {"holds": "adapter", "cube": "0d" * 10})


# Lines


@kind("no valid JSON")
def no_json(draft: Draft) -> None:
    draft.heads[1] = b"{'id': __import__('os')}\n"


@kind("no valid UTF-8")
def wrong_utf8(draft: Draft) -> None:
    draft.versions[1] = line(draft.versions[1]).replace(b"Nora", b"N\xff\xfea")


@kind("character zero")
def character_zero(draft: Draft) -> None:
    draft.versions[0] = version(FIRST, text="Li\0ma")


@kind("out of range")
def endless_whole_number(draft: Draft) -> None:
    draft.heads[0] = line(draft.heads[0]).replace(b'"heat": 0.0', b'"heat": 1' + b"0" * 400)


@kind("half a character")
def lone_surrogate(draft: Draft) -> None:
    draft.versions[1] = line(draft.versions[1]).replace(b"Nora", b"\\ud800")


@kind("NaN")
def not_a_number(draft: Draft) -> None:
    draft.heads[0] = line(draft.heads[0]).replace(b'"heat": 0.0', b'"heat": NaN')


@kind("Infinity")
def infinity(draft: Draft) -> None:
    draft.heads[0] = line(draft.heads[0]).replace(b'"priority": 0', b'"priority": -Infinity')


@kind("out of range")
def overflowing_number(draft: Draft) -> None:
    draft.heads[0] = line(draft.heads[0]).replace(b'"heat": 0.0', b'"heat": 1e999')


@kind("no valid JSON|out of range")
def huge_number(draft: Draft) -> None:
    draft.heads[0] = line(draft.heads[0]).replace(b'"priority": 0', b'"priority": ' + b"9" * 100_000)


@kind("nested too deeply|no valid JSON|is no list")
def nested_deeply(draft: Draft) -> None:
    draft.heads[0] = line(draft.heads[0]).replace(b'"tags": ["work"]', b'"tags": ' + b"[" * 200_000 + b"]" * 200_000)


@kind("has a field twice")
def field_twice(draft: Draft) -> None:
    draft.heads[0] = line(draft.heads[0]).replace(b'"frozen": false', b'"frozen": false, "frozen": true')


@kind("no end")
def last_line_without_end(draft: Draft) -> None:
    draft.versions[-1] = line(draft.versions[-1])[:-1]


@kind("no valid JSON")
def blank_line(draft: Draft) -> None:
    draft.heads[0] = b"\n" + line(draft.heads[0])


@kind("stands twice, or out of order")
def same_id_twice(draft: Draft) -> None:
    draft.heads[1] = head(FIRST)


@kind("stands twice, or out of order")
def out_of_order(draft: Draft) -> None:
    draft.heads[:] = [draft.heads[2], draft.heads[0], draft.heads[1]]
    draft.versions[:] = [draft.versions[3], *draft.versions[:3]]


# Versions and lineage


@kind("there is a gap")
def gap_in_the_versions(draft: Draft) -> None:
    draft.versions[1] = version(FIRST, 3)


@kind("should stand here")
def fewer_versions_than_said(draft: Draft) -> None:
    del draft.versions[1]


@kind("ends too early")
def versions_end_too_early(draft: Draft) -> None:
    del draft.versions[-1]


@kind("versions that belong to no cube")
def more_versions_than_said(draft: Draft) -> None:
    draft.versions.append(version(THIRD, 2))


@kind("changes its kind")
def changing_kind(draft: Draft) -> None:
    draft.versions[1] = activation(FIRST, 2)


@kind("has one parent and no pin")
def activation_without_source(draft: Draft) -> None:
    draft.versions[-1] = activation(THIRD)


@kind("its own ancestor")
def lineage_cycle(draft: Draft) -> None:
    draft.heads[0] = head(FIRST, 2, parents=[THIRD])
    draft.heads[2] = head(THIRD, parents=[SECOND])


@kind("its own ancestor")
def its_own_parent(draft: Draft) -> None:
    draft.heads[2] = head(THIRD, parents=[THIRD])


@kind("neither a GGUF nor a safetensors file")
def adapter_that_is_a_program(draft: Draft) -> None:
    content = b"\x80\x04\x95 a pickle of something"
    sha256 = hashlib.sha256(content).hexdigest()
    payload = {"kind": "parametric", "sha256": sha256, "bytes": len(content), "model_sha256": "m"}
    draft.versions[-1] = version(THIRD, payload=payload)
    draft.blobs[f"blobs/{sha256}.adapter"] = (content, {"holds": "adapter", "cube": THIRD})


@kind("is no KV state of its memory")
def state_that_is_none(draft: Draft) -> None:
    content = b"\x80\x04\x95 a pickle of something"
    draft.heads[2], draft.versions[-1] = head(THIRD, parents=[FIRST]), activation(THIRD)
    draft.blobs[f"blobs/{'ab' * 32}.kv"] = (content, {"holds": "kv", "cube": THIRD})


for name, says, path, value in (
    ("unknown_field", "unknown field", ("colour",), "red"),
    ("wrong_id", "is no id", ("id",), "../../etc"),
    ("id_with_at_sign", "is no id", ("id",), "0a@1"),
    ("negative_count", "out of range", ("versions",), -1),
    ("no_versions", "out of range", ("versions",), 0),
    ("true_for_a_number", "no whole number", ("versions",), True),
    ("unknown_state", "may be generated", ("state",), "resurrected"),
    ("tags_that_are_text", "is no list", ("tags",), "work"),
    ("tag_that_is_a_number", "is no text", ("tags",), [1]),
    ("too_many_tags", "entries", ("tags",), ["t"] * 10_001),
    ("flag_that_is_a_number", "neither true nor false", ("pinned",), 1),
    ("wrong_parent", "is no id", ("parents",), ["a b"]),
    ("unknown_scope", "may be private", ("governance", "scope"), "everyone"),
    ("impossible_date", "no time of the calendar", ("created",), "2026-02-30T12:00:00.000000+00:00"),
    ("date_out_of_range", "out of range", ("created",), "0001-01-01T00:00:00.000000+00:00"),
    ("date_without_zone", "is no time", ("created",), "2026-03-01T12:00:00"),
    ("date_that_is_a_number", "is no time", ("governance", "expires"), 1772366400),
    ("heat_above_one", "out of range", ("behaviour", "heat"), 1.5),
    ("negative_uses", "out of range", ("behaviour", "uses"), -3),
    ("uses_that_are_endless", "out of range", ("behaviour", "uses"), 10**30),
    ("owner_that_is_null", "is no text", ("governance", "owner"), None),
):
    field_kind(name, says, "heads", 0, *path, value=value)

for name, says, path, value in (
    ("negative_version", "out of range", ("version",), -1),
    ("unknown_origin", "may be said", ("descriptive", "origin"), "dreamt"),
    ("unknown_type", "may be fact", ("descriptive", "type"), "poem"),
    ("long_title", "characters; it may have", ("descriptive", "title"), "x" * 10_001),
    ("long_text", "characters; it may have", ("payload", "text"), "x" * 4_000_001),
    ("unknown_kind", "may be plaintext", ("payload", "kind"), "quantum"),
    ("payload_of_another_kind", "lacks", ("payload",), {"kind": "parametric", "text": "x"}),
    ("payload_that_is_none", "is no payload", ("payload",), ["text"]),
    ("span_that_ends_before_it_starts", "ends before it starts", ("descriptive", "source"),
     {"chat_id": None, "message_id": None, "start": 9, "end": 3, "file": None}),
    ("missing_field", "lacks", ("descriptive",), {"title": "x"}),
):  # fmt: skip
    field_kind(name, says, "versions", 0, *path, value=value)
