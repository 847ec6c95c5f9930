"""Inquiry pages that people write and save: text, Markdown or HTML, read without dropping a line."""
