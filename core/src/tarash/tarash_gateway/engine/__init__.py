"""One generation, as pure generators: the chain, its attempts, and one module for each policy."""
