"""`map`: the layout of memories by what they mean."""

import argparse
from typing import TYPE_CHECKING

from memos_desktop.cli.context import Context
from memos_desktop.cli.output import Answer

if TYPE_CHECKING:
    from memos_desktop.app.cube_map import MapState


def arrange(_arguments: argparse.Namespace, context: Context) -> Answer:
    """Lay the map out anew, with everything that has a vector by then."""
    context.embed_pending()
    state: MapState = context.finish(context.workspace.map.arrange())
    document = {"placed": state.placed, "landmarks": state.landmarks, "waiting": state.waiting}
    return Answer(document, f"{state.placed:,} memories have a place, {state.waiting:,} wait for one.")
