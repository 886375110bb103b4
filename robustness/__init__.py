"""What is done to runs to see that nothing is lost: real processes, real deaths, and what is left on disk."""
