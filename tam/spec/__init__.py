"""What is asked: Instrument, Model, Study. ``load_instrument``, ``load_model``, ``load_study`` read them."""
