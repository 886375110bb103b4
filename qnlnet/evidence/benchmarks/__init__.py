"""What becomes of the rows of the benchmarks: tables and figures; no peer need be installed to make them."""
