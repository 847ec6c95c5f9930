"""What is read: sources of arXiv papers, the passages they are cut into, and the search index."""
