"""The pictures of lecture 02, one idea a module."""
