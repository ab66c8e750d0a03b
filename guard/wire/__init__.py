"""Bytes <-> Prompt, answer <-> text. A codec is a lens: without an edit, the same bytes."""
