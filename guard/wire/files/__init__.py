"""The bytes of a file -> the texts in it, and back where its format allows an edit in place."""
