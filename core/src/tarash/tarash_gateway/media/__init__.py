"""What callers hand in and get back: the kinds of media, how inputs are given and read, redaction, and the saving of results."""
