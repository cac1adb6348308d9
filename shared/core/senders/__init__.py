"""Who sends: the catalogue of sending organisations, and how a source is recognised as one of them."""
