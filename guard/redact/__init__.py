"""Decision -> edits with placeholders, and answers with the values back."""
