"""The pictures of chapter 10, a module an idea."""
