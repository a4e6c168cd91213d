# SPDX-License-Identifier: Apache-2.0
"""What a filter does, seen from its source: `explain` gathers it, `page` shows it in a browser.

`registers.py` says what it does with each register, `names.py` calls values as the author does,
`lines.py` puts bytecode beside the source, `picture.py` draws the registers.
"""

from lightexit.explain.explaining import ExplainSubject, explain
from lightexit.explain.values import Explanation

__all__ = ["ExplainSubject", "Explanation", "explain"]
