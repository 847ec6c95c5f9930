"""Inquiry pages that people write and save: text, Markdown or HTML; no line is dropped."""
