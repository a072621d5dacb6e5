"""From a machine to a ready cluster: engine, tools, images, kind, the outside world."""
