"""A request is small, stays in memory and is made of whole characters."""

import tempfile

import pytest

from casework.web.request_limits import FILE_LIMIT, FORM_LIMIT, MemoryRequest

KIND = "multipart/form-data; boundary=x"


def multipart(**parts: bytes) -> bytes:
    """The body of a form whose part `file` is a file."""
    body = b""
    for name, content in parts.items():
        file = b'; filename="a.jpg"' if name == "file" else b""
        head = b'--x\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + file
        body += head + b"\r\n\r\n" + content + b"\r\n"
    return body + b"--x--\r\n"


def test_a_form_over_one_megabyte_is_refused(client):
    big = b"a" * FORM_LIMIT
    plain = client.post("/everything", data={"story": big.decode()})
    parts = client.post("/everything", data=multipart(story=big), content_type=KIND)
    assert plain.status_code == parts.status_code == 413
    assert "quá lớn" in plain.text


def test_ten_megabytes_of_text_are_refused(client):
    assert client.post("/everything", data={"story": "a" * 10_000_000}).status_code == 413


def test_a_file_is_taken_only_where_a_view_asks_for_it(client):
    big = multipart(file=b"x" * FORM_LIMIT)
    assert client.post("/file", data=big, content_type=KIND).text == str(FORM_LIMIT)
    assert client.post("/everything", data=big, content_type=KIND).status_code == 413
    endless = multipart(file=b"x" * FILE_LIMIT)
    assert client.post("/file", data=endless, content_type=KIND).status_code == 413


def test_no_upload_touches_the_disk(client, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError):
        tempfile.mkstemp()
    big = multipart(file=b"x" * FORM_LIMIT * 5)
    assert client.post("/file", data=big, content_type=KIND).text == str(FORM_LIMIT * 5)


def test_a_form_of_too_many_parts_is_refused(client):
    many = {f"f{number}": b"1" for number in range(MemoryRequest.max_form_parts + 1)}
    assert client.post("/everything", data=multipart(**many), content_type=KIND).status_code == 413


@pytest.mark.parametrize("address", ["/%00", "/everything?q=%00", "/everything?q=%c3%28", "/everything?%00=1"])
def test_an_address_that_is_no_text_is_refused(client, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("path", ["/\xff", "/\xed\xa0\x80", "/status/\xc3("])
def test_a_path_of_broken_bytes_is_refused(client, path):
    assert client.get("/", environ_overrides={"PATH_INFO": path}).status_code == 400


@pytest.mark.parametrize(
    "address", ["/everything?q=%C4%91%E1%BA%B9p", "/everything?q=đẹp&x=%26", "/everything?q=%2500"]
)
def test_an_address_in_vietnamese_is_text(client, address):
    assert client.get(address).status_code == 200


def test_broken_bytes_in_a_form_never_break_the_page(client):
    kind = "application/x-www-form-urlencoded"
    body = b"name=%ff%fe&story=%00\xff&born=\xc3"
    assert client.post("/everything", data=body, content_type=kind).status_code == 422
