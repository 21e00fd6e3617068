"""Every fault at every phase of every provider, on the wire: the matrix of docs/explanation/reliability.md.

    make matrix

A cell runs one generation over real HTTP on loopback, with a provider's simulator that misbehaves and a second one that is well. Only
time is virtual. What happened is measured, checked against what may happen to money, and written down.
"""
