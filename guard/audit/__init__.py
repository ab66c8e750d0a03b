"""Outcome -> one OCSF event, written before the bytes are released (law 7). Never receives prompt text (law 6)."""
