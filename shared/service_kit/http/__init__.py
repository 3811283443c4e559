"""HTTP: a table of endpoints in, problem+json and OpenAPI out."""
