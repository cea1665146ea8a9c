"""How long things take, beside the figure that each should hold."""
