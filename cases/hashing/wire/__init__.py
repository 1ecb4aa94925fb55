"""The formats in which hash lists travel. Pure: dataclasses to and from parsed JSON."""
