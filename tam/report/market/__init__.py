"""The market edition: what goes with the outcome, for whom, and what is worth testing, in plain words."""
