"""What an import is named by, below the codes: each keeps the import that holds it.

Hosts find it with the imports, as `imports.ImportId`.
"""

from typing import NewType

ImportId = NewType("ImportId", str)
