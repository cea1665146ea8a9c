"""What an office says otherwise than the program: what may differ, what is refused, and what holds all the same."""

import inspect
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from casework.cases import legal_clocks, targets
from casework.codelists import case_words, codelist, names, override_rules, overrides, parsing
from casework.codelists.toml_files import BadLocalFile
from tests.codelists import test_content, test_speech, test_words
from tests.codelists.office_files import files_of_an_office
from tests.commands import call
from tests.laws import test_codelists

HOUR = 3_600_000_000
NEW_NUMBER = """
[codes.farmers_union]
number = "1800 1769 00"
source = "Thông báo của Hội Nông dân, tháng 1 năm 2027"
"""
LOCAL_LINE = """
[codes.local_night_line]
vi = "Đường dây đêm của tỉnh"
en = "Night line of the province"
number = "0203 555 555"
hours = "Từ 18 giờ đến 6 giờ"
hours_en = "From 6 p.m. to 6 a.m."
free = false
source = "Công văn của tỉnh, số 12"
"""


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., Path]:
    """Write files of the office, by the names of their lists, and return their folder."""

    def write(**texts: str) -> Path:
        folder = tmp_path / overrides.FOLDER
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return folder

    return write


def test_without_a_folder_the_lists_of_the_program_count(tmp_path):
    overrides.activate(tmp_path / overrides.FOLDER)
    assert codelist("hotline").get("farmers_union").text("number") == "1800 1768"


def test_a_number_is_another_from_the_start_on_and_all_else_of_the_code_stays(office):
    before = codelist("hotline").get("farmers_union")
    overrides.activate(office(hotline=NEW_NUMBER))
    now = codelist("hotline").get("farmers_union")
    assert (now.text("number"), now.vi, now.text("hours")) == ("1800 1769 00", before.vi, before.text("hours"))
    overrides.deactivate()
    assert codelist("hotline").get("farmers_union") == before


def test_a_code_of_the_office_stands_after_those_of_the_program_and_is_never_one_to_call_in_danger(office):
    overrides.activate(office(hotline=LOCAL_LINE))
    *_, last = codelist("hotline")
    assert (last.code, last.text("number"), last.flag("danger")) == ("local_night_line", "0203 555 555", False)


def test_what_is_retired_is_offered_no_more_and_still_has_its_words(office):
    overrides.activate(office(moved_reason="[codes.more_urgent]\nretired = 2026-11-01\n"))
    listed = codelist("moved_reason")
    assert "more_urgent" not in dict(listed.choices())
    assert listed.label("more_urgent") == "Có việc gấp hơn"


def test_a_clock_of_the_law_is_shorter_at_once_and_longer_only_with_another_source(office):
    overrides.activate(office(legal_clock="[codes.child_emergency]\nhours = 6\n"))
    assert legal_clocks.ends(codelist("legal_clock").get("child_emergency"), 0) == 6 * HOUR
    with pytest.raises(BadLocalFile, match="dài hơn 12 thì phải ghi source mới"):
        overrides.activate(office(legal_clock="[codes.child_emergency]\nhours = 24\n"))
    assert legal_clocks.ends(codelist("legal_clock").get("child_emergency"), 0) == 12 * HOUR
    longer = '[codes.child_emergency]\nhours = 24\nsource = "Nghị định 99/2027/NĐ-CP, Điều 3"\n'
    overrides.activate(office(legal_clock=longer))
    assert legal_clocks.ends(codelist("legal_clock").get("child_emergency"), 0) == 24 * HOUR


def test_a_target_of_the_commune_is_shorter(office):
    overrides.activate(office(target="[codes.answer_urgent]\nminutes = 60\n"))
    assert targets.due("answer_urgent", 0) == HOUR


def test_a_word_of_case_codes_is_left_out(office):
    overrides.activate(office(words='without = ["sen"]\n'))
    assert "sen" not in case_words()
    overrides.deactivate()
    assert "sen" in case_words()


def test_markup_in_a_text_is_text_on_the_page(app, browser, office):
    overrides.activate(office(hotline=LOCAL_LINE.replace("Đường dây đêm", "<script>x</script> Đường dây")))
    page = browser("lan").get("/noi-the-nao").text
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page


WRONG = [
    ("role", "[codes.lead]\nvi = 'Trưởng'\nen = 'Head'\n", "không sửa được ở đây"),
    ("policy", "[acts]\n", "không sửa được ở đây"),
    ("told", "[codes.her_choice]\nvi = 'a'\nen = 'b'\n", "không sửa được ở đây"),
    ("dv_type", "[codes.x]\n", "không sửa được ở đây"),
    ("hotline", "[list]\nvi = 'x'\n", "không hiểu 'list'"),
    ("hotline", "codes = 3\n", "codes phải là các bảng"),
    ("hotline", "[codes]\npolice = 3\n", "phải là một bảng [codes.police]"),
    ("hotline", "[codes.police]\ndanger = false\n", "dòng 2: 'danger' của mã police không sửa được"),
    ("hotline", "[codes.police]\nunknown = true\n", "'unknown' của mã police"),
    ("hotline", "[codes.police]\nexclusive = true\n", "'exclusive' của mã police"),
    ("hotline", '[codes.police]\nnumber = "0900 000 001"\n', "dòng 2: đổi number của police thì phải ghi source mới"),
    ("hotline", "[codes.peace_house]\nretired = 2026-01-01\n", "chương trình còn dùng"),
    ("target", "[codes.open_urgent]\nminutes = 61\nsource = 'Công văn số 12'\n", "không quá 60"),
    ("hotline", NEW_NUMBER.replace("1800 1769 00", "gọi chị Hoa"), "chỉ gồm chữ số"),
    ("hotline", NEW_NUMBER.replace('"1800 1769 00"', "18001769"), "phải là chữ trên một dòng"),
    ("hotline", LOCAL_LINE.replace("local_night_line", "night"), "phải bắt đầu bằng local_"),
    ("hotline", LOCAL_LINE.replace("free = false\n", ""), "thiếu free"),
    ("hotline", LOCAL_LINE.replace("free = false", 'free = "no"'), "chỉ là true hoặc false"),
    ("hotline", LOCAL_LINE.replace('hours_en = "From 6 p.m. to 6 a.m."\n', ""), "ghi cả hours và hours_en"),
    ("hotline", LOCAL_LINE + "danger = true\n", "'danger' của mã local_night_line"),
    ("hotline", LOCAL_LINE.replace("Đường dây đêm của tỉnh", "Công an"), "cùng ghi 'Công an'"),
    ("hotline", LOCAL_LINE.replace("Đường dây đêm của tỉnh", "Night of the line"), "phải là tiếng Việt"),
    ("hotline", LOCAL_LINE.replace("Night line of the province", "Đường dây"), "phải là tiếng Anh"),
    ("hotline", LOCAL_LINE.replace("Đường dây đêm", "Đường dây " * 80), "dài quá 600"),
    ("hotline", LOCAL_LINE.replace("đêm của", "đêm\\ncủa"), "trên một dòng"),
    ("hotline", LOCAL_LINE.replace("đêm của", "đêm\\u202ecủa"), "trên một dòng"),
    ("hotline", LOCAL_LINE + LOCAL_LINE, "không đúng dạng TOML|hai lần"),
    ("hotline", "[codes.anh_duong_thanh_hoa]\nretired = 'hôm qua'\n", "phải là một ngày"),
    ("hotline", "[codes.police]\nvi = 'Cảnh sát'\n", "ghi cả vi và en"),
    ("hotline", "[codes.police]\nvi = 'ABC'\nen = 'ABC'\n", "giống hệt nhau"),
    ("hotline", "[codes.police]\nsource = 'x'\n", "nói rõ văn bản"),
    ("legal_clock", "[codes.child_plan]\nhours = 5\n", "không tính bằng hours"),
    ("legal_clock", "[codes.child_emergency]\nhours = 0\n", "phải là số từ 1"),
    ("legal_clock", "[codes.child_emergency]\nhours = true\n", "phải là số từ 1"),
    ("legal_clock", "[codes.child_emergency]\nhours = 900\nsource = 'Nghị định 99'\n", "không quá 72"),
    ("legal_clock", "[codes.local_x]\nhours = 5\n", "không thêm mã"),
    ("legal_clock", "[codes.child_emergency]\nretired = 2026-01-01\n", "'retired' của mã child_emergency"),
    ("legal_clock", "[codes.child_emergency]\nwho = 'police'\n", "'who' của mã child_emergency"),
    ("risk_level", "[codes.urgent]\nreview_days = 60\nsource = 'Quyết định 1/QĐ'\n", "chỉ được ngắn hơn"),
    ("risk_level", "[codes.urgent]\nvi = 'Nhẹ'\nen = 'Mild'\n", "'vi' của mã urgent"),
    ("agency", "[codes.police]\nholds_keys = false\n", "'holds_keys' của mã police"),
    ("agency", "[codes.police]\nhotline = 'nobody'\n", "nhắc tới mã không có"),
    ("agency", "[codes.police]\nhotline = 3\n", "phải là một mã"),
    ("danger_steps", "[codes.fire]\nvi = '" + "lửa " * 40 + "'\nen = 'Fire'\n", "không dài hơn"),
    ("danger_steps", "[codes.fire]\nvi = 'Anh chị chạy đi'\nen = 'Run'\n", "gọi người nghe là chị"),
    ("agency", "[codes.police]\nhotline = 'local_night_line'\n", "số gọi khi nguy hiểm"),
    ("agency", "[codes.police]\nhotline = 'farmers_union'\n", "số gọi khi nguy hiểm"),
    ("hotline", NEW_NUMBER.replace("1800 1769 00", "１８００ 1769"), "chỉ gồm chữ số"),
    ("danger_steps", "[codes.fire]\nvi = 'Ra khỏi nhà'\nen = 'Leave'\n", "giữ đúng các số gọi của lời gốc: 114"),
    ("danger_steps", "[codes.stay]\nvi = 'Gọi 0900 000 001'\nen = 'Stay'\n", "số gọi của lời gốc: -"),
    ("danger_steps", "[codes.call_police]\nvi = 'Gọi 0900.000.001'\nen = 'Call 113'\n", "lời gốc: 113"),
    ("hotline", "[codes.police]\nhours = 'Gọi 0900-000-001'\nhours_en = 'Day'\n", "số gọi của lời gốc: -"),
    ("drill_step", "[codes.knock]\nvi = 'Gọi 0900000001'\nen = 'Call'\n", "số gọi của lời gốc: -"),
    (
        "hotline",
        "[codes.police]\nnumber = '0900 000 001'\nsource = 'Công văn số 12'\n",
        "chỉ là số ba chữ số của cả nước",
    ),
    ("telling_word", "[codes.violence]\nvi = 'hoa'\nen = 'flower'\n", "'vi' của mã violence"),
    ("telling_word", "[codes.violence]\nretired = 2026-01-01\n", "'retired' của mã violence"),
    ("danger_steps", "[codes.fire]\ncall = 'peace_house'\n", "'call' của mã fire"),
    ("legal_clock", "[codes.child_emergency]\nlate_days = 1\n", "'late_days' của mã child_emergency"),
    ("moved_reason", "[codes.not_safe]\nsince = 2030-01-01\n", "'since' của mã not_safe"),
    ("words", "without = 3\n", "chỉ ghi: without"),
    ("words", 'words = ["x"]\n', "chỉ ghi: without"),
    ("words", 'without = ["khôngcó"]\n', "không có trong words"),
    ("words", f"without = {list(case_words()[:30])}\n", "phải còn ít nhất 300"),
    ("hotline", "﻿[codes]\n", "BOM"),
    ("hotline", "[codes.police]\nvi = “Công an”\n", "dòng 2: có dấu nháy cong"),
]


@pytest.mark.parametrize(("name", "text", "words"), WRONG, ids=[f"{n}-{name}" for n, (name, *_) in enumerate(WRONG)])
def test_what_may_not_differ_is_refused_in_a_sentence_that_names_the_file(office, name, text, words):
    folder = office(**{name: text})
    with pytest.raises(BadLocalFile, match=words.replace("[", r"\[")) as refused:
        overrides.activate(folder)
    assert str(folder / f"{name}.toml") in str(refused.value)
    assert [str(one) for one in overrides.find_wrong(folder)] == [str(refused.value)]
    assert codelist("hotline").get("police").text("number") == "113"


def test_one_wrong_file_lets_no_other_count(office):
    with pytest.raises(BadLocalFile):
        overrides.activate(office(hotline=NEW_NUMBER, target="[codes.answer]\nminutes = 1\n"))
    assert codelist("hotline").get("farmers_union").text("number") == "1800 1768"


def test_a_line_that_another_list_names_is_not_retired(office, monkeypatch):
    own = LOCAL_LINE + "retired = 2026-11-01\n"
    folder = office(hotline=own, agency='[codes.child_protection]\nhotline = "local_night_line"\n')
    with pytest.raises(BadLocalFile, match="còn được danh mục agency dùng"):
        overrides.activate(folder)
    overrides.activate(office(hotline=LOCAL_LINE))
    assert codelist("agency").get("child_protection").text("hotline") == "local_night_line"


@pytest.mark.parametrize("name", ["hotline.tml", "hotline.toml.bak", "README"])
def test_a_file_of_another_name_is_told_and_not_passed_over(office, name):
    folder = office(hotline=NEW_NUMBER)
    (folder / name).write_text("", encoding="utf-8")
    with pytest.raises(BadLocalFile, match=r"chỉ để tệp \.toml"):
        overrides.activate(folder)


def test_a_link_or_a_folder_is_no_file_of_the_office(office, tmp_path):
    folder = office(hotline=NEW_NUMBER)
    (folder / "target.toml").symlink_to(tmp_path / "elsewhere")
    assert len(overrides.find_wrong(folder)) == 1
    (folder / "target.toml").unlink()
    (folder / "target.toml").mkdir()
    assert len(overrides.find_wrong(folder)) == 1


def test_a_code_that_was_added_once_is_never_missing_again(office):
    folder = office(hotline=LOCAL_LINE)
    overrides.activate(folder)
    assert not (folder / overrides.KNOWN).exists()
    overrides.activate(folder, remember=True)
    overrides.activate(folder, remember=True)
    assert (folder / overrides.KNOWN).read_text(encoding="utf-8") == "hotline local_night_line\n"
    (folder / "hotline.toml").unlink()
    with pytest.raises(BadLocalFile, match="từng được dùng, không xóa được"):
        overrides.activate(folder)
    overrides.activate(office(hotline=LOCAL_LINE + "retired = 2026-11-01\n"))
    (folder / overrides.KNOWN).write_bytes(b"\xff")
    with pytest.raises(BadLocalFile, match="không đọc được"):
        overrides.activate(folder)


def test_a_start_that_cannot_write_down_a_new_code_is_none(office):
    folder = office(hotline=LOCAL_LINE)
    (folder / f"{overrides.KNOWN}.unfinished").mkdir()
    with pytest.raises(BadLocalFile, match="không ghi được"):
        overrides.activate(folder, remember=True)
    assert "local_night_line" not in codelist("hotline")


def test_too_many_codes_are_refused(office):
    rows = "".join(
        f'[codes.local_{n}]\nvi = "Lý do thứ {n}"\nen = "Reason {n}"\n' for n in range(override_rules.MOST_ADDED + 1)
    )
    with pytest.raises(BadLocalFile, match="thêm quá 30 mã"):
        overrides.activate(office(moved_reason=rows))


def test_every_rule_names_a_list_and_keys_that_are_there_and_says_why():
    for name, rule in override_rules.rules().items():
        kinds = codelist(name).kinds
        assert rule.why.endswith("."), name
        assert rule.keys <= {"vi", "en", *kinds}, name
        assert rule.sourced <= rule.keys, name
        assert rule.bounds.keys() == {key for key in rule.keys if kinds.get(key, "").startswith("number")}, name
        assert rule.keeps <= set(codelist(name).codes), name
        assert (rule.added or {}).keys() <= kinds.keys(), name


def test_what_decides_who_reads_what_is_counted_or_raises_danger_is_never_overridden():
    closed = {"role", "reach", "section", "bundle", "ground_kind", "duty_article", "consent_by", "consent_state"}
    closed |= {"risk_question", "risk_rule", "dv_act", "dv_type", "gbv_other", "gbvims_type", "sex", "age_band"}
    closed |= {"age_group", "size_class", "relation", "told", "told_at_consent", "told_in_danger", "told_by_others"}
    assert closed <= set(names())
    assert not closed & override_rules.rules().keys()
    flags = {(name, key) for name, rule in override_rules.rules().items() for key in rule.keys}
    assert {(name, key) for name, key in flags if codelist(name).kinds.get(key, "").startswith("flag")} == {
        ("hotline", "free")
    }
    assert {(name, key) for name, key in flags if codelist(name).kinds.get(key, "").startswith("code")} == {
        ("agency", "hotline"),
    }


def laws_of_lists() -> Iterator[Callable[[], None]]:
    """Every test of what the lists say that asks for nothing, but for what is about the program's own lists alone."""
    own = {"test_every_new_code_is_written_down", "test_the_wording_from_memory_is_marked"}
    for module in (test_content, test_speech, test_words, test_codelists):
        for name, test in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("test_") and name not in own and not inspect.signature(test).parameters:
                yield test


LAWS = list(laws_of_lists())


# Each example reads and asks every list anew, which is a second of work.
@settings(max_examples=settings().max_examples // 5)
@given(texts=files_of_an_office())
def test_whatever_is_accepted_leaves_every_law_of_the_lists_true(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("office")
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    shipped = {name: {code.code: code for code in codelist(name)} for name in texts}
    try:
        overrides.activate(folder)
    except BadLocalFile as wrong:
        told = str(wrong)
    else:
        told = str(folder)
        for law in LAWS:
            law()
        for name, codes in shipped.items():
            for code, before in codes.items():
                now = codelist(name).get(code)
                assert (now.unknown, now.exclusive) == (before.unknown, before.exclusive)
                assert {key for key in before.extra if before.flag(key)} == {
                    key for key in now.extra if now.flag(key) and key != "free"
                } | ({"free"} if before.flag("free") else set())
    finally:
        overrides.deactivate()
    assert str(folder) in told


def test_enough_of_what_is_tried_is_accepted_for_the_law_to_mean_something(office):
    """The one before would hold of nothing but refusals as well."""
    folder = office(
        hotline=LOCAL_LINE + NEW_NUMBER, target="[codes.answer]\nminutes = 60\n", words='without = ["sen"]\n'
    )
    overrides.activate(folder)
    for law in LAWS:
        law()
    assert len(LAWS) > 20


def test_the_commands_say_what_is_overridden_and_what_is_wrong(tmp_path, office):
    folder = office(hotline=NEW_NUMBER, words='without = ["sen"]\n')
    done = call("lists", "check", "--data", str(tmp_path))
    assert (done.exit_code, "hotline farmers_union: number, source" in done.output) == (0, True)
    assert "words: without sen" in done.output
    shown = call("lists", "show", "hotline", "--data", str(tmp_path))
    assert (shown.exit_code, "1800 1769 00" in shown.output) == (0, True)
    overrides.deactivate()
    assert "1800 1769 00" not in call("lists", "show", "hotline").output
    (folder / "hotline.toml").write_text("[codes.police]\ndanger = false\n", encoding="utf-8")
    (folder / "target.toml").write_text("= =", encoding="utf-8")
    done = call("lists", "check", "--data", str(tmp_path))
    assert (done.exit_code, done.output.count("SAI")) == (2, 2)
    assert call("lists", "show", "hotline", "--data", str(tmp_path)).exit_code == 1
    assert call("lists", "show", "nothing").exit_code == 1
    assert (call("lists", "check").exit_code, call("lists", "check", "--data", "/nowhere").exit_code) == (0, 0)


def test_the_rules_are_plain_toml():
    assert tomllib.loads(parsing.FILES.joinpath("overridable.toml").read_text(encoding="utf-8"))["lists"]
