"""Electronic certificates (电子证照): their types, their lives and their faces."""
