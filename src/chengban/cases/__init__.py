"""Applications and what becomes of them (办件)."""
