"""The life of an import: what its sender is told."""

from typing import Literal

ImportState = Literal["receiving", "running", "done", "failed"]
ImportKind = Literal["members", "contributions", "reimbursements"]
ImportFailure = Literal["wrong-brand", "no-headway"]
FINISHED: frozenset[ImportState] = frozenset({"done", "failed"})
