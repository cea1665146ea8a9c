"""Print every figure: `python -m bench`."""

from bench import backup_restore, crypto, key_rotation, pages

print(f"{'milliseconds':<40}{'median':>10}{'slowest':>10}{'to hold':>10}")
for figure in crypto.figures():
    print(figure.row(), flush=True)
print(f"\n{'over HTTP, milliseconds':<40}{'median':>10}{'slowest':>10}{'hellos':>10}{'to hold':>13}")
for page in pages.figures():
    print(page.row(), flush=True)
print(f"\n{'once, seconds':<40}{'taken':>10}{'':>10}{'to hold':>10}")
for run in (*key_rotation.figures(), *backup_restore.figures()):
    print(run.row(), flush=True)
