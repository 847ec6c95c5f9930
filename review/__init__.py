"""Who decides: the command line, where people start runs and read what came of them."""
