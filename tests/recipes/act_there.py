"""Run in a copy where the recipe of an act was followed: tells what its page answers to whom."""

import json
import sys
from pathlib import Path

import casework
from casework import lists
from casework.app import create_app
from casework.gate import ACTIONS
from casework.policy.words import Act
from tests.browsing import browser_of
from tests.house import built, copied
from tests.laws.acts_of_routes import ACTS
from tests.laws.test_acts import _every_module

PAGE = "/dia-chi/cho-o"


def main(folder: Path) -> None:
    """Build a house, look at the page as three people and as nobody, and print what was found."""
    _every_module()
    gaps = list(lists.gaps(ACTIONS))
    for name in ("built", "copy"):
        (folder / name).mkdir()
    with built("sqlite", folder / "built") as url, copied(url, folder / "copy") as house:
        app = create_app(house.config)
        answers = {
            name: browser_of(app, house[name] if name else None).get(PAGE) for name in ("lan", "chinh", "thu", "")
        }
        app.extensions["casework.gate"].database.engine.dispose()
    found = {
        "tree": str(Path(casework.__file__).parents[1]),
        "gaps": gaps,
        "status": {name: answer.status_code for name, answer in answers.items()},
        "titled": "<h1>Xem chỗ ở tạm của từng thôn</h1>" in answers["lan"].text,
        "route": ACTS["GET", "addresses.room"],
        "acts": len(Act) == len(ACTIONS),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
