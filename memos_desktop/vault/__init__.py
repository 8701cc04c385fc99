"""Where memory lives: SQLite is the truth, files hold blobs, Chroma is an index that can be rebuilt.

`vault.Vault` is the way in. `journal` explains how every write can be undone, `passages` what is searchable.
"""
