"""MemOS Desktop: an assistant that runs on your own computer and whose memory you can see and change.

The layers, top to bottom; a layer may import only what stands below it:

    ui (PySide6)   cli          what a person sees; the same without a window
    app                         what a person can do: the use cases
    vault          engine       where memory lives; how models run (they do not know each other)
    memory                      what a MemCube is: pure domain, standard library only

`errors`, `ids`, `paths`, `log`, `progress` and `child` are small tools for all layers.
Start reading at `memory/cube.py`, then `app/chat.py`, then `tests/e2e/`.
"""

__version__ = "0.1.0"
