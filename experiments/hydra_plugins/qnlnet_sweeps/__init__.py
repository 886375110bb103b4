"""How `--multirun` runs the cells of a sweep; Hydra finds these classes by the name of the folder above."""
