"""Run in a copy where the recipe of a role was followed: lets somebody of it in, and asks about its agency."""

import json
import re
import sys
from pathlib import Path

import casework
from casework import lists
from casework.app import create_app
from casework.db import upgrade
from casework.demo import cards, folder, founding
from casework.demo.content import residents
from casework.gate import ACTIONS, open_gate
from casework.vault.keys import kek
from tests.browsing import application, browser_of
from tests.house import built, copied
from tests.intake.filling import SHARING, fills, submits
from tests.laws.test_acts import _every_module
from tests.laws.test_codelists import all_codes

NEW = "linh.bienphong"
CONSENT = {"consent_border_guard": "granted", "consent_form": "spoken"}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def signed_in(place: Path) -> dict[str, object]:
    """Found the demo's commune with one person of the role and let them sign in as anybody does."""
    folder.claim(place)
    config = folder.configure(place, port=8000)
    upgrade(config.database_url)
    gate = open_gate(config, kek.create(config.kek_file, kek.DEMO_ID))
    [card] = cards.deal([one for one in residents() if one.username == NEW])
    founding.found(gate, {card.username: card.password})
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    sent = {"username": card.username, "passphrase": card.password}
    answer = client.post("/dang-nhap", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    pages = {path: client.get(path) for path in ("/", "/chuyen-gui", "/tim", "/nhat-ky")}
    for engine in (gate.database.engine, app.extensions["casework.gate"].database.engine):
        engine.dispose()
    return {
        "signed_in": answer.status_code,
        "status": {path: page.status_code for path, page in pages.items()},
        "home": "Chưa có việc chuyển đến Đồn Biên phòng" in pages["/"].text,
        "table": "Đồn Biên phòng xã" in cards.table([card]),
    }


def asked(place: Path) -> dict[str, object]:
    """Let a counsellor ask about the new agency on page 6 and keep the answer."""
    for name in ("built", "copy"):
        (place / name).mkdir()
    with built("sqlite", place / "built") as url, copied(url, place / "copy") as house:
        app = application(house)
        client = browser_of(app, house["lan"])
        draft_id = fills(client, {6: {**SHARING, **CONSENT}})
        page = client.get(f"/ghi-nhan/{draft_id}/6").text
        case = submits(client, draft_id).location or ""
        ledger = client.get(f"{case.partition('?')[0]}/chuyen-gui").text
        app.extensions["casework.gate"].database.engine.dispose()
    return {"asked": "Biên phòng tìm, đưa về" in page, "kept": "Đồn Biên phòng xã" in ledger}


def main(place: Path) -> None:
    """Print what was found."""
    _every_module()
    known = set(Path("tests/codelists/known_codes.txt").read_text(encoding="utf-8").split("\n"))
    found = {
        "tree": str(Path(casework.__file__).parents[1]),
        "gaps": list(lists.gaps(ACTIONS)),
        "known": set(all_codes()) <= known,
        **signed_in(place / "demo"),
        **asked(place),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
