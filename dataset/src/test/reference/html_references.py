"""Writes html-references.tsv: HTML 5's named character references as Python's html.entities has them.

Each line is a name with its semicolon, and the code points that it stands for, in hexadecimal.
"""

import html.entities
import pathlib
import platform

out = (
    pathlib.Path(__file__).parent.parent
    / "resources/org/optirag/dataset/source/html-references.tsv"
)
with out.open("w") as file:
    file.write(f"# html_references.py on Python {platform.python_version()}\n")
    for name, text in sorted(html.entities.html5.items()):
        if name.endswith(";"):
            file.write(name + "\t" + " ".join(f"{ord(c):X}" for c in text) + "\n")
print(out)
