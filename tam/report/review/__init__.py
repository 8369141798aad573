"""The reviewer's report on a publication: what comes out, what was tried, what the tables say together."""
