"""Compares the model tables with what the official clients and a price map know.

    make clients      # download them
    make catalogue    # compare, and write docs/reference/catalogue.md

It is a tool for developers: it lies beside the generator of the reference, because its result is a page of it, and no wheel
contains it.
"""
