"""How the model of the local judge is made: pairs, contrasts, training, export.

Nothing here runs with the program. It needs the extra `train` and the labelled sets that
`docs/local-judge.md` names; `python -m agents.training.train --help` says how to start.
"""
