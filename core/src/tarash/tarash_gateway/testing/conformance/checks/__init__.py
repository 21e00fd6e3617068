"""What the kit checks: one module for each thing that a user relies on."""
