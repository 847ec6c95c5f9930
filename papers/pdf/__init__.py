"""PDFs read in a process that can be killed. Only this package touches PyMuPDF."""
