"""Electronic certificates (电子证照): their types, their lives, their tokens and their faces."""
