"""The pictures of lecture 00, one idea a module."""
