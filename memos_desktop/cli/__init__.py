"""The same use cases without a window: one verb per process, or many through `batch`.

`main` runs one verb and turns its outcome into output and an exit status; `arguments` is the whole command
line; `context` opens the data folder when a verb first needs it; `output` writes for people or for programs.
The other modules hold the verbs, one group each, and are imported only when their verb is asked for.
"""
