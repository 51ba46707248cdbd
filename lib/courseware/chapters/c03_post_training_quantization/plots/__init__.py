"""The pictures of lecture 03, one idea a module."""
