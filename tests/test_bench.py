"""The benchmark's people still find their way through the pages: a figure of a page that refused them says nothing."""

from contextlib import closing

from bench import installation
from bench.browser import Browser
from bench.intake import Intake
from bench.servers import running


def test_the_counsellor_of_the_benchmark_lists_opens_searches_and_records_an_intake(tmp_path):
    built = installation.build(tmp_path / "bench", sizes=(3,))
    lan = built.counsellors[3]
    with running("product", tmp_path / "bench") as port, closing(Browser(port)) as browser:
        browser.sign_in(lan.username, installation.PASSPHRASE)
        assert [browser.get(page).status for page in ("/", f"/vu-viec/{lan.case_id}", "/tim")] == [200] * 3
        assert browser.post("/tim", {"query": "nguyen thi dao"}).status == 200
        intake = Intake(browser)
        intake.fill()
        assert intake.submit().status == 303
