"""The recorded experiments of chapter 10."""
