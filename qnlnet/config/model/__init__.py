"""The settings of each family of models: one section of the schema, found by the family's name."""
