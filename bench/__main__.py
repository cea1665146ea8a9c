"""Print every figure: `python -m bench`."""

from bench import keeping, pages, renewing, sealing

print(f"{'milliseconds':<40}{'median':>10}{'slowest':>10}{'to hold':>10}")
for figure in sealing.figures():
    print(figure.row(), flush=True)
print(f"\n{'over HTTP, milliseconds':<40}{'median':>10}{'slowest':>10}{'hellos':>10}{'to hold':>13}")
for page in pages.figures():
    print(page.row(), flush=True)
print(f"\n{'once, seconds':<40}{'taken':>10}{'':>10}{'to hold':>10}")
for run in (*renewing.figures(), *keeping.figures()):
    print(run.row(), flush=True)
