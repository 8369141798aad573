"""The review edition: whether to believe the results of a study, for a referee or an editor."""
