"""How models run: backends behind one protocol, model library, embedder. Knows nothing of the vault."""
