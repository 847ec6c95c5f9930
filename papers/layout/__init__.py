"""From pieces of text on pages to one text in reading order; geometry alone, no PDF library."""
