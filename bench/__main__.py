"""Print every figure: `python -m bench`."""

from bench import sealing

print(f"{'milliseconds':<40}{'median':>10}{'slowest':>10}{'to hold':>10}")
for figure in sealing.figures():
    print(figure.row())
