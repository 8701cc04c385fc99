"""Benchmarks: they print figures, they are no timed tests. Run by `memos-desktop bench NAME`.

Each module has `run(options, say)`, which returns its figures; `common` adds the machine and the versions.
"""
