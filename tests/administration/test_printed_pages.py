"""Printed pages as HTML."""

import lxml.html

from casework.administration.printed_pages import PrintedPage, as_html

PAGE = PrintedPage("Tờ <b>khóa</b>", "Giữ & cất", [("Sổ của", "xã 'Sơn'")], [("Dòng 1", "AAAA-BBBB")], ["một", "hai"])
OPEN = PrintedPage("Dấu của các khóa", "Không bí mật", [], [], ["so"])


def test_what_stands_on_a_page_stays_text_and_in_its_order():
    page = lxml.html.fromstring(as_html([PAGE, OPEN]))
    first, second = page.iter("section")
    texts = [" ".join(part.split()) for part in first.itertext() if part.strip()]
    assert texts == [
        "Sổ ca", "1/2", "Tờ <b>khóa</b>", "Giữ & cất", "Sổ của", "xã 'Sơn'", "Dòng 1", "AAAA-BBBB", "một", "hai",
    ]  # fmt: skip
    assert second.find_class("codes") == []
    assert not list(page.iter("link", "script", "img"))
    [style] = page.iter("style")
    assert "@page" in style.text_content()
