"""JSON text laid out for a person, every token as it stands: no number is read and written anew."""

from __future__ import annotations


def indented(text: str) -> str:
    """The JSON text with a member per line, two spaces a level. Text that is no JSON comes back in some form."""
    out: list[str] = []
    depth, inside, escaped = 0, False, False
    previous = ""
    for character in text:
        if inside:
            out.append(character)
            inside, escaped = character != '"' or escaped, character == "\\" and not escaped
        elif character == '"':
            out.append(character)
            inside = True
        elif character in "{[":
            depth += 1
            out.append(character + "\n" + "  " * depth)
        elif character in "}]":
            depth = max(depth - 1, 0)
            if previous in "{[" and previous:
                out[-1] = out[-1][0]
                out.append(character)
            else:
                out.append("\n" + "  " * depth + character)
        elif character == ",":
            out.append(",\n" + "  " * depth)
        elif character == ":":
            out.append(": ")
        elif not character.isspace():
            out.append(character)
        else:
            continue
        previous = "" if inside else character
    return "".join(out)
