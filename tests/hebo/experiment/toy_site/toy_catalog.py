"""The catalog of a small package of parts that misbehave on purpose."""

PARTS = {
    "task": {
        "toy": ("toy_parts:Toy", "A bowl that misbehaves in a corner"),
        "moving": ("toy_parts:Moving", "A bowl whose left half cannot be reached"),
        "cheap": ("toy_parts:Cheap", "A bowl with cheaper levels that read too low"),
        "wild": ("toy_parts:Wild", "A bowl with a deed that no objective should do"),
        "weather": ("toy_parts:Weather", "A bowl that moves with a given temperature"),
        "lost_context": ("toy_parts:LostContext", "A bowl with a context of another space"),
        "two_objectives": ("toy_parts:TwoObjectives", "Two bowls"),
    },
    "optimizer": {
        "listening": ("toy_parts:Listening", "Random points that count what was told"),
        "breaking": ("toy_parts:Breaking", "Random search that raises, or dies, at its third ask"),
        "nested": ("toy_parts:Nested", "A random search wrapped in nothing"),
    },
}
