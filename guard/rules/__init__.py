"""YAML rule files -> one `RuleSet`, or every Problem at once."""
