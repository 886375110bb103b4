"""What is committed under results/: checked against its rows, and shown on one page."""
