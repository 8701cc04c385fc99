"""Bundles whose file or archive is wrong: names, sizes, structure."""

import json
import os
import stat
import struct
import zipfile
from pathlib import Path

from hostile_drafts import EMPTY_SHA, FIRST, KINDS, Draft, file_kind, kind, member

# Names and members


@kind("leads out of the bundle")
def path_traversal(draft: Draft) -> None:
    draft.extra.append(("../../.bashrc", b"x"))


@kind("leads out of the bundle")
def path_traversal_in_blobs(draft: Draft) -> None:
    draft.extra.append(("blobs/../../x.kv", b"x"))


@kind("leads out of the bundle")
def path_traversal_backslash(draft: Draft) -> None:
    draft.extra.append(("..\\evil.dll", b"x"))


@kind("absolute name")
def absolute_name(draft: Draft) -> None:
    draft.extra.append(("/etc/passwd", b"x"))


@kind("absolute name")
def drive_letter(draft: Draft) -> None:
    draft.extra.append(("C:evil.txt", b"x"))


@kind("a pickle")
def pickle(draft: Draft) -> None:
    draft.extra.append(("blobs/model.pkl", b"\x80\x04."))


@kind("is none of a bundle")
def unknown_member(draft: Draft) -> None:
    draft.extra.append(("readme.txt", b"hello"))


@kind("is none of a bundle")
def folder_member(draft: Draft) -> None:
    draft.extra.append(("blobs/", b""))


@kind("twice")
def duplicate_member(draft: Draft) -> None:
    draft.extra.append(("cubes.jsonl", b""))


@kind("capital letters")
def names_that_differ_in_case(draft: Draft) -> None:
    draft.extra.append(("Cubes.jsonl", b""))


@kind("is not in its manifest")
def blob_that_is_not_in_the_manifest(draft: Draft) -> None:
    draft.extra.append((f"blobs/{EMPTY_SHA}.adapter", b""))


@kind("versions.jsonl is missing")
def missing_versions(draft: Draft) -> None:
    draft.leave_out.add("versions.jsonl")


@kind("manifest.json is missing")
def missing_manifest(draft: Draft) -> None:
    draft.leave_out.add("manifest.json")


@kind("is compressed, which blobs are not")
def blob_that_unpacks_to_much_more(draft: Draft) -> None:
    draft.pack_blobs = True
    draft.blobs[f"blobs/{EMPTY_SHA}.kv"] = (bytes(1 << 20), {"holds": "kv", "cube": FIRST})


@kind(r"blobs/.* is missing")
def missing_blob(draft: Draft) -> None:
    name = f"blobs/{EMPTY_SHA}.adapter"
    draft.blobs[name] = (b"", {"holds": "adapter", "cube": FIRST})
    draft.leave_out.add(name)


def symbolic_link(path: Path) -> Path:
    draft = Draft()
    draft.leave_out.add("cubes.jsonl")
    draft.write(path)
    with zipfile.ZipFile(path, "a") as made:
        made.writestr(member("cubes.jsonl", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")
    return path


KINDS["symbolic_link"] = (symbolic_link, "is a link or a folder")


def other_compression(path: Path) -> Path:
    draft = Draft()
    draft.method = zipfile.ZIP_LZMA
    return draft.write(path)


KINDS["other_compression"] = (other_compression, "packed in a way that bundles are not")


# Sizes


def bomb(path: Path) -> Path:
    draft = Draft()
    draft.versions += [b" " * (1 << 20)] * 80
    return draft.write(path)


KINDS["bomb"] = (bomb, "would unpack to .* too much")


def lying_bomb(path: Path) -> Path:
    """Declares a small size where a large content is packed."""
    draft = Draft()
    draft.versions.append(b" " * (1 << 20))
    draft.write(path)
    return patch_declared_size(path, "versions.jsonl", 2000)


def patch_declared_size(path: Path, name: str, size: int) -> Path:
    """Another unpacked size in the directory and in the head of a member."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as found:
        info = found.getinfo(name)
        place = found.start_dir
    data[info.header_offset + 22 : info.header_offset + 26] = struct.pack("<L", size)
    place = data.index(b"PK\x01\x02" + data[place + 4 : place + 8], place)
    while data[place + 46 : place + 46 + len(name)] != name.encode():
        place = data.index(b"PK\x01\x02", place + 4)
    data[place + 24 : place + 28] = struct.pack("<L", size)
    path.write_bytes(data)
    return path


KINDS["lying_bomb"] = (lying_bomb, "another size than its manifest says|larger than .* declared")


def too_small(path: Path) -> Path:
    draft = Draft()
    content = draft.members()["versions.jsonl"]
    manifest = json.loads(draft.manifest_bytes())
    manifest["members"][1]["bytes"] = len(content) - 10
    draft.manifest = manifest
    draft.write(path)
    return patch_declared_size(path, "versions.jsonl", len(content) - 10)


KINDS["more_content_than_declared"] = (too_small, "larger than .* declared|damaged")


def many_members(path: Path) -> Path:
    Draft().write(path)
    with zipfile.ZipFile(path, "a") as made:
        for number in range(10_050):
            made.writestr(member(f"blobs/{number:064x}.kv", zipfile.ZIP_STORED), b"")
    return path


KINDS["too_many_members"] = (many_members, "members; a bundle has")


@kind("has a line that is too long|no valid JSON|would unpack")
def endless_line(draft: Draft) -> None:
    draft.versions[-1] = os.urandom(1 << 20).hex().encode() * 17


# The file itself


@file_kind("cut off")
def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@file_kind("cut off")
def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@file_kind("the file is empty")
def empty_file(path: Path) -> None:
    path.write_bytes(b"")


@file_kind("it is no bundle")
def no_zip(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 and so on" * 50)


@file_kind("it is no bundle")
def data_before(path: Path) -> None:
    path.write_bytes(b"#!/bin/sh\nrm -rf ~\n" + path.read_bytes())


@file_kind("cut off, or something stands behind")
def data_behind(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"<?php evil() ?>")


@file_kind("something stands behind its end")
def archive_comment(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as made:
        made.comment = b"hidden"


@file_kind("damaged|does not fit its hash")
def flipped_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as found:
        info = found.getinfo("versions.jsonl")
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 1
    path.write_bytes(data)


@file_kind("is encrypted")
def encrypted(path: Path) -> None:
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as found:
        infos, place = found.infolist(), found.start_dir
    for info in infos:
        data[info.header_offset + 6] |= 1
        data[place + 8] |= 1
        place += 46 + len(info.filename)
    path.write_bytes(data)


@file_kind("it has no members")
def zip_without_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w"):
        pass


@file_kind("overlap, or something stands between|damaged")
def overlapping_members(path: Path) -> None:
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as found:
        place = found.start_dir
        second = place + 46 + len(found.infolist()[0].filename)
    data[second + 42 : second + 46] = struct.pack("<L", 0)
    path.write_bytes(data)


@file_kind("a folder or a device")
def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@file_kind("a folder or a device")
def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@file_kind("it cannot be read")
def gone(path: Path) -> None:
    path.unlink()
