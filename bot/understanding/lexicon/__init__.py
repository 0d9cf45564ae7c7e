"""The words of each language, as data: one TOML file a language, which a librarian can extend."""
