"""Open data and invented text in, the shipped bilingual name pipeline out. Run by `make train`, never by the guard."""
