"""The way out leads to a harmless page and leaves nothing behind."""


def test_the_way_out_is_a_page_of_our_own_that_leads_away(client):
    page = client.post("/thoat")
    assert page.status_code == 200
    assert 'http-equiv="refresh" content="0; url=https://www.google.com/' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_way_out_does_not_say_where_it_leads_from(client):
    for page in (client.post("/thoat"), client.get("/thoat")):
        for word in ("Sổ ca", "Hội", "bạo lực", "Thanh Sơn", "app.css"):
            assert word not in page.text


def test_the_way_out_takes_every_cookie_back_but_the_mark_of_the_browser(client):
    for name in ("__Host-form", "__Host-phien", "__Host-lang", "__Host-may"):
        client.set_cookie(name, "x", secure=True)
    gone = client.post("/thoat", base_url="https://localhost").headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in gone} == {"__Host-form", "__Host-phien", "__Host-lang"}
    assert all("Max-Age=0" in cookie and "Secure" in cookie for cookie in gone)


def test_another_harmless_page_can_be_chosen(client):
    client.application.config["EXIT_URL"] = "https://example.org/thoi-tiet"
    assert "url=https://example.org/thoi-tiet" in client.post("/thoat").text


def test_the_way_out_is_the_first_stop_of_every_page(client):
    for path in ("/everything", "/status/404", "/status/500"):
        page = client.get(path).text
        body = page[page.index("<body>") :]
        first = min(body.index(tag) for tag in ("<button", "<a ", "<input") if tag in body)
        assert body[first:].startswith('<button class="button danger"')


def test_the_sign_of_life_says_ok(client):
    page = client.get("/healthz")
    assert (page.status_code, page.text, page.mimetype) == (200, "ok\n", "text/plain")
    assert "Set-Cookie" not in page.headers
