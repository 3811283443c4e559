"""JSON Schema as people read it: pydantic's own, without a title on each field that only repeats the field's name."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema


class PlainSchema(GenerateJsonSchema):
    """Give to pydantic as `schema_generator`."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Tell that no field needs a title."""
        return False
