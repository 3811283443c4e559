"""Journeys through the whole product. A package, so that the space that they share ends with the last of them."""
