"""What codes and imports are named by: each of the two is kept with the other's name.

Hosts find them where the two are, as `codes.CodeId` and `imports.ImportId`.
"""

from typing import NewType

CodeId = NewType("CodeId", str)
ImportId = NewType("ImportId", str)
