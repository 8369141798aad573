"""The sections of the academic report, one module each; a builder takes the context and returns a Section."""
