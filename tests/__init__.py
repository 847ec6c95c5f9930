"""Tests: every name is a sentence about behaviour, offline by law."""
