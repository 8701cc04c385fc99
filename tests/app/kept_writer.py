"""A process of its own: answers in chats with a tiny real model and tells of each answer once its states are kept."""

import json
import sys
from pathlib import Path

from app_values import no_embedder
from kept_desk import FIRST, SECOND, say

from memos_desktop.app.workspace import Workspace
from memos_desktop.paths import DataFolder


def tell(result):
    values = {"chat": result.chat.id, "text": result.answer.text, "kv": result.stats.to_json()["kv"]}
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def main(folder, chat):
    """One turn in `chat`; without one, a turn in one new chat after the other until somebody ends this."""
    workspace = Workspace.open(DataFolder(Path(folder)), embedder=no_embedder())
    if chat:
        tell(say(workspace, SECOND, chat_id=chat))
        workspace.close()
        return
    while True:
        tell(say(workspace, FIRST))


if __name__ == "__main__":
    main(*sys.argv[1:])
