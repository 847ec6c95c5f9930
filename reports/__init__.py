"""What is told: the diff between two sets of standings, as a report in several forms."""
