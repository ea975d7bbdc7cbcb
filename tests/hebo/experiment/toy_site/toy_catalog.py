"""The catalog of a small package of parts that misbehave on purpose."""

PARTS = {
    "task": {
        "toy": ("toy_parts:Toy", "A bowl that misbehaves in a corner"),
        "moving": ("toy_parts:Moving", "A bowl whose left half cannot be reached"),
        "cheap": ("toy_parts:Cheap", "A bowl with cheaper levels that read too low"),
        "wild": ("toy_parts:Wild", "A bowl with a deed that no objective should do"),
        "two_objectives": ("toy_parts:TwoObjectives", "Two bowls"),
    },
    "optimizer": {
        "breaking": ("toy_parts:Breaking", "Random search that raises, or dies, at its third ask"),
        "nested": ("toy_parts:Nested", "A random search wrapped in nothing"),
    },
}
