"""The sections of the academic report, one module each; every builder takes the context and returns a Section."""
