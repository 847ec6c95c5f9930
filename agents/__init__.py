"""Who judges: the port, the judges behind it, and the graph that reads papers for a claim."""
