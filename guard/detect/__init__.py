"""Text -> Findings and Uses: Presidio with recognizers made of YAML rules, in supervised worker processes."""
