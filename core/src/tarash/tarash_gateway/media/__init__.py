"""Input and output media: their kinds, reading inputs, redaction, and saving results."""
