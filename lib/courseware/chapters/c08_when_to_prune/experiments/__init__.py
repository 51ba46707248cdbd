"""The recorded experiments of chapter 08."""
