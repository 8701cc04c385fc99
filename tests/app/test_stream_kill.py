"""kill -9 while an answer streams: the question is there, and all but the last second of the answer."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from memos_desktop.memory.message import Finish

ROUNDS = 6
WRITER = Path(__file__).with_name("stream_writer.py")
ANSWER = "".join(f" word{number}" for number in range(300_000))


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_acknowledged_is_lost(folder, reopen, seed):
    folder.root.mkdir()
    (folder.root / "model.echo").write_text(ANSWER, encoding="utf-8")
    told = run_and_kill(folder, lines=random.Random(seed).randint(2, 400))
    workspace = reopen()
    started = told[0]
    question, answer = workspace.chats.branch(started["chat"]).result(10)
    assert (question.id, question.text) == (started["user"], "My cat is called Miso.")
    assert (answer.id, answer.finish) == (started["answer"], Finish.INTERRUPTED)
    assert ANSWER.startswith(answer.text)
    last = told[-1]["at"]
    safe = max((line["written"] for line in told[1:] if line["at"] <= last - 1), default=0)
    assert len(answer.text) >= safe
    assert workspace.check().future.result(60).problems == ()


def run_and_kill(folder, lines):
    """What the process told before it was killed, after so many lines."""
    environment = {**os.environ, "PYTHONPATH": str(WRITER.parent)}
    with subprocess.Popen(
        [sys.executable, str(WRITER), str(folder.root)], stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        told = [json.loads(process.stdout.readline()) for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        told += [json.loads(line) for line in process.stdout if line.endswith("\n")]
    assert "done" not in told[-1], "it was not killed in the middle"
    return told
