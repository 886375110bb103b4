"""The parts of scripts/light_cones.py: rows, the page made of them, and drawings."""
