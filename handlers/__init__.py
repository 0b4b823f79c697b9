"""One file per thing that can happen; the only place where crafts, storage and connectors meet."""
