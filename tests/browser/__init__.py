"""The whole morning in a real browser: `make test-browser`, apart from the other tests."""
