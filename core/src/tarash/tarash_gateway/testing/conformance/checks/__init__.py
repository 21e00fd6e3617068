"""The checks of the kit: one module for each thing that users rely on."""
